"""``yipan pack check`` explains every fault with file and line, for every kind of file a pack can hold."""

from pathlib import Path

import pytest

from yipan.house import cli
from yipan.kernel.packs import registered_folders

PACKS = Path("src/yipan/packs")
MANIFEST = "key: broken\ntitle: 坏包\nversion: '1'\nplan_task: 0\nlead_units: []\nrequires: []\n"
# The first text file of each kind that comes with the product: what an author would begin with.
KINDS = {
    path.parent.name: path
    for path in sorted(PACKS.glob("*/*/*"), reverse=True)
    if path.suffix in (".yaml", ".json", ".bpmn", ".dmn", ".typ")
}


def broken(text: str, suffix: str) -> tuple[str, int]:
    """The text with one thing in it that means nothing, and the line where that is."""
    lines = text.splitlines()
    if suffix == ".yaml":
        at = next(n for n, line in enumerate(lines) if line and line[0] not in "# -\n")
        return "\n".join([*lines[:at], "nonsense: 1", *lines[at:]]), at + 1
    if suffix == ".json":
        at = next(n for n, line in enumerate(lines) if line.strip() == "{") + 1
        return "\n".join([*lines[:at], '"nonsense": 1,', *lines[at:]]), at + 1
    if suffix == ".bpmn":
        at = next(n for n, line in enumerate(lines) if "<bpmn:process" in line or "<process" in line) + 1
        prefix = "bpmn:" if "<bpmn:process" in text else ""
        return "\n".join([*lines[:at], f'<{prefix}nonsense id="Nonsense_1"/>', *lines[at:]]), at + 1
    if suffix == ".dmn":
        at = next(n for n, line in enumerate(lines) if "<definitions" in line) + 1
        return "\n".join([*lines[:at], '<nonsense id="Nonsense_1"/>', *lines[at:]]), at + 1
    return "\n".join([*lines, "#nonsense(1)"]), len(lines) + 1


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """Check a pack of one file by the command; its exit code and what it printed."""
    monkeypatch.setenv("YIPAN_DATA", str(tmp_path / "data"))

    def run(path: str, content: bytes) -> tuple[int, str]:
        pack = tmp_path / "broken"
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / "pack.yaml").write_text(MANIFEST, encoding="utf-8")
        (pack / path).write_bytes(content)
        code = cli.main(["pack", "check", str(pack)])
        return code, capsys.readouterr().out

    return run


def test_there_is_a_file_of_every_kind():
    assert set(KINDS) == set(registered_folders())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_means_nothing_is_found_with_its_line(kind, check):
    path = KINDS[kind]
    text, line = broken(path.read_text(encoding="utf-8"), path.suffix)
    code, out = check(f"{kind}/{path.name}", text.encode())
    assert code == 1, out
    assert f"broken/{kind}/{path.name}:{line}: 错误" in out


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_file_in_another_encoding_is_found_with_its_line(kind, check):
    """What a Chinese editor may write: GBK."""
    path = KINDS[kind]
    content = "\n".join(
        ["# 说明" if path.suffix == ".yaml" else "", *path.read_text(encoding="utf-8").splitlines()]
    ).encode("gb18030")
    code, out = check(f"{kind}/{path.name}", content)
    assert code == 1, out
    assert f"broken/{kind}/{path.name}:" in out


@pytest.mark.parametrize(
    ("path", "content", "place"),
    [
        ("items/half.yaml", b"code: [1, 2\nname: x\n", "items/half.yaml:2"),
        ("items/twice.yaml", b"code: a\ncode: b\n", "items/twice.yaml:2"),
        ("forms/half.json", b'{\n"key": "x",\n', "forms/half.json:3"),
        ("processes/half.bpmn", b"<definitions>\n<process>\n", "processes/half.bpmn:3"),
        ("nowhere/what.yaml", b"a: 1\n", "nowhere/what.yaml"),
        ("items/picture.png", b"\x89PNG", "items/picture.png"),
    ],
)
def test_files_that_cannot_be_read_are_found(path, content, place, check):
    code, out = check(path, content)
    assert code == 1, out
    assert f"broken/{place}" in out


def test_a_manifest_is_checked_too(check, tmp_path, capsys):
    check("items/none.yaml", b"a: 1\n")
    (tmp_path / "broken/pack.yaml").write_text(MANIFEST.replace("requires: []", "requires: [nobody]") + "more: 1\n")
    assert cli.main(["pack", "check", str(tmp_path / "broken")]) == 1
    assert "broken/pack.yaml:7: 错误" in capsys.readouterr().out
    assert cli.main(["pack", "check", str(tmp_path / "nothing")]) == 1
    assert "nothing/pack.yaml: 错误: 缺少 pack.yaml" in capsys.readouterr().out
