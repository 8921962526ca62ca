"""Packs: lines of faults, the manifest, the registry."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.kernel import packs
from yipan.kernel.packs import Finding, PackError, PackFile, read_json, read_yaml

TEXT = """\
# a comment
key: food
code: 000131
answer: no
time: 12:30
day: 2021-10-28
rate: 0.25
count: 3
open: true
items:
  - name: 甲
    need: 必要
  - name: 乙
"""


def test_values_stay_what_the_author_wrote():
    value = read_yaml(TEXT, "x.yaml").value
    assert value["code"] == "000131"
    assert value["answer"] == "no"
    assert value["time"] == "12:30"
    assert value["day"] == date(2021, 10, 28)
    assert value["rate"] == Decimal("0.25")
    assert value["count"] == 3
    assert value["open"] is True


def test_lines_of_key_paths():
    document = read_yaml(TEXT, "x.yaml")
    assert document.line("key") == 2
    assert document.line("items", 0, "need") == 12
    assert document.line("items", 1) == 13
    assert document.line("items", 1, "need") == 13, "a missing key points at its map"
    assert document.line("nowhere") == 2


def test_json_lines():
    document = read_json('{\n\t"a": [1,\n  {"b": 2.5}]\n}', "f.json")
    assert document.value == {"a": [1, {"b": Decimal("2.5")}]}
    assert document.line("a", 1, "b") == 3


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: [1, 2\n", 3, "语法"),
        ("a: 1\nb: 2\na: 3\n", 3, "重复"),
        ("a: 1\nd: 2021-02-30\n", 2, "日期"),
        ("a: !!python/object/apply:os.system ['x']\n", 1, ""),
        ("a: !!python/name:os.system\n", 1, "标记"),
        ("a: &x\n  b: *x\n", 1, "自身"),
    ],
)
def test_faults_have_lines(text: str, line: int, word: str):
    if "apply" in text:  # a tagged sequence: it is only data, nothing is ever constructed
        assert read_yaml(text, "p").value == {"a": ["x"]}
        return
    with pytest.raises(PackError) as caught:
        read_yaml(text, "p/x.yaml")
    finding = caught.value.findings[0]
    assert (finding.file, finding.line) == ("p/x.yaml", line)
    assert word in finding.message


def test_alias_bomb_is_refused():
    text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for i in range(1, 8):
        text += f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n"
    with pytest.raises(PackError, match="过大"):
        read_yaml(text, "x")


def test_deep_nesting_is_a_finding():
    with pytest.raises(PackError):
        read_yaml("[" * 5000 + "]" * 5000, "x")


def test_merge_keys():
    value = read_yaml("base: &b {x: 1, y: 2}\nme:\n  <<: *b\n  y: 3\n", "x").value
    assert value["me"] == {"x": 1, "y": 3}


def test_fields_collect_every_fault():
    document = read_yaml("title: 5\nkind: z\nextra: 1\nrows:\n  - a: x\n  - just text\n", "p/x.yaml")
    fields = document.fields()
    fields.text("title")
    fields.choice("kind", ["a", "b"])
    fields.integer("missing")
    rows = [row.text("a") for row in fields.maps("rows")]
    fields.nothing_else()
    assert rows == ["x", ""]
    assert [finding.line for finding in fields.findings] == [1, 2, 1, 6, 3]
    assert "kind" in fields.findings[1].message
    assert "a、b" in fields.findings[1].message


MANIFEST = "key: food\ntitle: 食品经营\nversion: '1.0'\nlead_units: [区市监局]\nplan_task: 12\nrequires: [core]\n"


def make(tmp_path, key="food", manifest=MANIFEST, **files):
    folder = tmp_path / key
    for name, text in {"pack.yaml": manifest, **files}.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_read_pack(tmp_path):
    pack = packs.read_pack(make(tmp_path, **{"items__a.yaml": "x: 1", ".hidden": ""}))
    assert pack.manifest == packs.PackManifest("food", "食品经营", "1.0", ("区市监局",), 12, ("core",))
    assert [file.path for file in pack.files] == ["items/a.yaml", "pack.yaml"]
    item = pack.folder("items")[0]
    assert (item.folder, item.stem, item.suffix, item.place) == ("items", "a", ".yaml", "food/items/a.yaml")
    assert len(pack.sha256) == 64


@pytest.mark.parametrize(
    ("manifest", "line", "word"),
    [
        ("title: x\nversion: '1'\n", 1, "key"),
        ("key: other\ntitle: x\nversion: '1'\n", 1, "不一致"),
        ("key: food\ntitle: x\nversion: 1\n", 3, "文字"),
        ("key: food\ntitle: x\nversion: '1'\nplan_task: 21\n", 4, "plan_task"),
        ("key: food\ntitle: x\nversion: '1'\nrequire: [a]\n", 4, "不认识"),
        ("key: food\ntitle: x\nversion: '1'\nrequires: [food]\n", 4, "自身"),
    ],
)
def test_bad_manifests(tmp_path, manifest: str, line: int, word: str):
    with pytest.raises(PackError) as caught:
        packs.read_pack(make(tmp_path, manifest=manifest))
    assert [(f.file, f.line) for f in caught.value.findings] == [("food/pack.yaml", line)]
    assert word in caught.value.findings[0].message


def test_pack_without_manifest_and_with_a_link_outside(tmp_path):
    (tmp_path / "bare").mkdir()
    with pytest.raises(PackError, match=r"pack\.yaml"):
        packs.read_pack(tmp_path / "bare")
    folder = make(tmp_path)
    (folder / "leak.yaml").symlink_to("/etc/hostname")
    with pytest.raises(PackError, match="之外"):
        packs.read_pack(folder)


def test_wrong_encoding_names_the_line():
    file = PackFile("p", "items/x.yaml", "a: 1\nb: 餐饮服务\n".encode("gb18030"))
    with pytest.raises(PackError) as caught:
        _ = file.document
    assert caught.value.findings[0].line == 2


def test_order_of_packs(tmp_path):
    core = packs.read_pack(make(tmp_path, "core", "key: core\ntitle: 基础\nversion: '1'\n"))
    food = packs.read_pack(make(tmp_path))
    assert [p.key for p in packs.order_packs([food, core])] == ["core", "food"]
    assert [p.key for p in packs.order_packs([food], installed=["core"])] == ["food"]
    with pytest.raises(PackError, match="不存在"):
        packs.order_packs([food])
    circle = packs.read_pack(make(tmp_path, "core", "key: core\ntitle: x\nversion: '1'\nrequires: [food]\n"))
    with pytest.raises(PackError, match="互相依赖"):
        packs.order_packs([food, circle])


class Things:
    folder = "test-things"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def check(self, file):
        return [] if file.document.value else [file.finding(1, "空文件")]

    def check_all(self, files, pack):
        return [Finding(f.place, 0, f"{len(files)}", "note") for f in files]

    def install(self, file, context):
        self.seen.append(file.path)


class More(Things):
    folder = "test-more"


@pytest.fixture
def loaders():
    things, more = Things(), More()
    packs.register_loader(things, after=["test-more"])
    packs.register_loader(more)
    yield things, more
    packs.unregister_loader("test-things")
    packs.unregister_loader("test-more")


def test_check_and_plan(tmp_path, loaders):
    pack = packs.read_pack(
        make(
            tmp_path,
            **{"test-things__a.yaml": "x: 1", "test-things__b.yaml": "", "test-more__c.yaml": "x", "odd__d.yaml": "x"},
        )
    )
    found = packs.check_pack(pack)
    assert [(f.file, f.severity) for f in found] == [
        ("food/odd/d.yaml", "error"),
        ("food/test-more/c.yaml", "note"),
        ("food/test-things/a.yaml", "note"),
        ("food/test-things/b.yaml", "error"),
    ]
    plan = [file.path for loader, file in packs.install_plan(pack) if loader in loaders]
    assert plan == ["test-more/c.yaml", "test-things/a.yaml", "test-things/b.yaml"]


def test_a_folder_belongs_to_one_room(loaders):
    class Thief(Things):
        pass

    with pytest.raises(packs.DuplicateLoader, match="test-things"):
        packs.register_loader(Thief())


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_findings(text: str):
    try:
        findings = [] if read_yaml(text, "x").path == "x" else None
    except PackError as error:
        findings = error.findings or None
    assert findings is not None
