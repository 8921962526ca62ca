"""Installing packs: all or nothing, unchanged content is skipped, what was installed comes out again byte for byte."""

from pathlib import Path

import pytest

from yipan.kernel.packs import PackError
from yipan.platform import calendar, records
from yipan.platform.publishing import actions, queries

pytestmark = pytest.mark.django_db
MANIFEST = "key: small\ntitle: 小包\nversion: '1'\nplan_task: 0\nlead_units: []\nrequires: []\n"
YEAR = "src/yipan/packs/core/calendars"


def write(folder: Path, manifest: str = MANIFEST, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(manifest, encoding="utf-8")
    for path, text in files.items():
        target = folder / path.replace("__", "/").replace("_yaml", ".yaml")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def install(folder: Path) -> actions.InstallReport:
    return actions.install([folder], actor=records.SYSTEM, at=calendar.now())


def test_the_packs_that_come_with_the_product_have_no_fault() -> None:
    findings = [finding for finding in actions.check(actions.built_in_folders(with_demo=True)) if finding.is_error]
    assert findings == []


def test_unchanged_content_is_skipped_and_a_change_becomes_the_next_version(tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    assert install(folder).installed == ["small"]
    assert install(folder).unchanged == ["small"]
    write(folder, MANIFEST.replace("'1'", "'2'"))
    assert install(folder).installed == ["small"]
    page = queries.page("small")
    assert page is not None
    assert [row.version for row in page.versions] == ["2", "1"]


def test_a_faulty_pack_leaves_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "small", calendars__2030_yaml="year: zwanzig\n")
    with pytest.raises(PackError) as caught:
        install(folder)
    assert "2030.yaml" in str(caught.value)
    assert queries.in_use("small") is None


def test_export_writes_what_was_installed_byte_for_byte(tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    install(folder)
    assert actions.export("small", tmp_path / "out") == 1
    assert (tmp_path / "out/small/pack.yaml").read_bytes() == (folder / "pack.yaml").read_bytes()
    with pytest.raises(LookupError):
        actions.export("other", tmp_path / "out")


def test_the_difference_names_added_and_changed_files(tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    install(folder)
    write(folder, MANIFEST.replace("小包", "大包"))
    assert queries.difference(folder).changed == ("pack.yaml",)
