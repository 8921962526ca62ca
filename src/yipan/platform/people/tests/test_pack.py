"""The pack folder ``people``: every fault with its line, nothing of a demo in production."""

import pytest

from yipan.kernel.packs import NOTE, InstallContext, PackError, PackFile, PackManifest
from yipan.platform import calendar, records
from yipan.platform.people.loader import PeopleLoader

MANIFEST = PackManifest(key="x", title="x", version="1.0.0", lead_units=(), plan_task=0)
PERSON = """demo_password: Yipan-2026
persons:
  - login: somebody
    name: 某人
    posts: [nowhere]
"""


def file(text, name="people/x.yaml"):
    return PackFile("x", name, text.encode())


FAULTS = [
    ("roles:\n  - key: a\n    title: A\n    rights: [case.reed]\n", 4, "没有哪个模块声明权限“case.reed”"),
    ("units:\n  - key: a\n    name: A\n    code: 11440703MB9P00026X\n", 4, "校验位"),
    ("units:\n  - key: a\n    name: A\n    kind: office\n", 4, "不在可选范围"),
    ("posts:\n  - key: a\n    unit: m\n    title: A\n    roles: [{role: r, scope: town}]\n", 5, "不在可选范围"),
    ("persons:\n  - login: a\n    name: A\n", 1, "demo_password"),
    ("demo_password: x\npersons:\n  - {login: a, name: A, posts: [{post: p, kind: guest}]}\n", 3, "岗位写作"),
    ("regions:\n  - {code: '44070', name: A}\n", 2, "6、9 或 12 位"),
    ("residents:\n  - {name: A, resident_id: '440703199003070014'}\n", 2, "校验"),
    ("unit: []\n", 1, "不认识的项“unit”"),
    ("rights: [a]\n", 1, "键值表"),
]


@pytest.mark.parametrize(("text", "line", "message"), FAULTS)
def test_a_fault_names_its_line(text, line, message):
    found = [finding for finding in PeopleLoader().check(file(text)) if finding.is_error]
    assert [finding.line for finding in found] == [line]
    assert message in found[0].message


def test_a_listed_right_of_a_room_that_is_not_there_is_only_a_note():
    text = "rights:\n  future.right: 将来的权限\nroles:\n  - {key: a, title: A, rights: [future.right]}\n"
    assert [(f.line, f.severity) for f in PeopleLoader().check(file(text))] == [(2, NOTE)]


def test_keys_are_unique_and_posts_exist():
    twice = file("units:\n  - {key: a, name: A}\n  - {key: a, name: B}\n")
    assert "重复" in PeopleLoader().check_all([twice], None)[0].message
    missing = file(PERSON + "posts:\n  - {key: here, unit: a, title: A}\n")
    assert "没有岗位“nowhere”" in PeopleLoader().check_all([missing], None)[0].message


SEPARATED = """units: [{key: a, name: 甲单位}]
roles:
  - {key: sys, title: 系统管理员, rights: [people.manage], separation: system}
  - {key: aud, title: 审计员, rights: [people.report], separation: audit}
posts: [{key: both, unit: a, title: 全能岗, roles: [{role: sys}, {role: aud}]}]
"""
TWO_HEADS = """demo_password: Yipan-2026
units: [{key: a, name: 甲单位}]
roles: [{key: head, title: 总负责人, rights: [task.view], single: true, leads: head}]
posts: [{key: a.head, unit: a, title: 局长, roles: [{role: head}]}]
persons:
  - {login: one, name: 王一, posts: [a.head]}
  - {login: two, name: 王二, posts: [a.head]}
"""


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "message"), [(SEPARATED, "三员分立"), (TWO_HEADS, "甲单位已有总负责人：王一")])
def test_a_pack_cannot_bring_together_what_excludes_each_other(text, message):
    with pytest.raises(PackError, match=message):
        PeopleLoader().install(file(text), InstallContext(MANIFEST, records.SYSTEM, calendar.now()))


@pytest.mark.django_db
def test_the_built_in_roles_name_declared_rights_only(district):
    from pathlib import Path

    import yipan
    from yipan.kernel.packs import read_pack

    pack = read_pack(Path(yipan.__file__).parent / "packs" / "core")
    assert [finding for file in pack.folder("people") for finding in PeopleLoader().check(file)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["production", "demo"])
def test_demo_people_never_come_into_production(kind, monkeypatch):
    class Kind:
        pass

    Kind.kind = kind
    monkeypatch.setattr(records, "installation", lambda: Kind)
    message = "演示库或测试库" if kind == "production" else "没有岗位“nowhere”"
    with pytest.raises(PackError, match=message):
        PeopleLoader().install(file(PERSON), InstallContext(MANIFEST, records.SYSTEM, calendar.now()))
    from yipan.platform.people.models import Account

    assert not Account.objects.filter(login="somebody").exists()
