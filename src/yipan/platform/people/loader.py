"""The loader of the pack folder ``people``."""

from collections.abc import Sequence

from yipan.kernel.packs import Finding, InstallContext, Pack, PackFile

from .pack import reading


class PeopleLoader:
    """Reads ``people/*.yaml`` in the order of their names: units before posts, posts before persons."""

    folder = "people"

    def check(self, file: PackFile) -> list[Finding]:
        return reading.read(file.document)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .pack.install import install

        install(reading.read(file.document)[0], file, context)

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]:  # noqa: ARG002
        """The same key twice, and posts that no file of the pack has (persons and posts come from one pack)."""
        found: list[Finding] = []
        read = [(file, reading.read(file.document)[0]) for file in files]
        posts = {row["key"] for _, content in read for row in content["posts"]}
        seen: dict[tuple[str, str], tuple[str, int]] = {}
        for file, content in read:
            for part, name in (("units", "key"), ("roles", "key"), ("posts", "key"), ("persons", "login")):
                for n, row in enumerate(content[part]):
                    first, number = seen.setdefault((part, row[name]), (file.place, n))
                    if (first, number) != (file.place, n):
                        found.append(file.document.finding(f"“{row[name]}”重复，{first} 中已有", part, n, name))
            for n, row in enumerate(content["persons"]):
                found.extend(
                    file.document.finding(f"没有岗位“{held['post']}”", "persons", n, "posts")
                    for held in row["posts"]
                    if posts and held["post"] not in posts
                )
        return found
