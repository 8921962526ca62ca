"""Pack folder ``bundles``: things people do at once (一件事), made of items that stand in packs."""

from yipan.kernel.packs import Document, Finding, InstallContext, PackFile

from .domain.bundles import Bundle, read_bundle
from .models import BundleVersion


class BundleLoader:
    folder = "bundles"

    def check(self, file: PackFile) -> list[Finding]:
        return read_bundle(file.document)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:
        found, _ = read_bundle(file.document)
        assert found is not None, "files with faults are not installed"
        last = BundleVersion.objects.filter(key=found.key).order_by("-number").first()
        if last is not None and last.data == file.document.value:
            return
        BundleVersion.objects.create(
            key=found.key, number=last.number + 1 if last else 1, title=found.title, data=file.document.value,
            at=context.at,
        )  # fmt: skip


def bundle_of(version: BundleVersion) -> Bundle:
    found, _ = read_bundle(Document(version.key, version.data, {}))
    assert found is not None, "only sound bundles are installed"
    return found


def newest(key: str) -> BundleVersion | None:
    return BundleVersion.objects.filter(key=key).order_by("-number").first()


def offered() -> list[Bundle]:
    """The newest version of every bundle."""
    found = BundleVersion.objects.order_by("key", "-number").distinct("key")
    return [bundle_of(version) for version in found]
