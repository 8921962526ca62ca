"""Identifiers on the vectors of sheets 00 §5.2-5.3 and 22 d1, d3, d4."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.kernel import identifiers as ids
from yipan.kernel.identifiers.digits import BASE36, CREDIT_ALPHABET

TODAY = date(2021, 11, 1)
VALID_CODES = """
    91350100M000100Y43 91440703MA4UQ0XK7P 914407030537219875 92440703MA4WTX6186 914407030000004570
    91440700MA9X02017X 12441500196720244T 11445122MB2D24374A 11511301008778183N 11440703MB9P00026K
    11440703MB9P00034E 11440703MB9P000429 11440703MB9P000504 11440703MB9P000691 11440703MB9P00077U
    11440703MB9P00085N 11440703MB9P00093H 11440703MB9P001067 11440703MB9P001142 11440703MB9P00018Q
    11440703MB9P00157F 11440703MB9P00165A 91440703MA9Q100100 91440703MA9Q10029W 91440703MA9Q10037P
    91440703MA9Q10045J 91440703MA9Q10053D 92440703MA9Q200167 11440703MB9P010107 11440703MB9P010294
    11440703MB9P01037Y 11440703MB9P01045R 11440703MB9P01117J 11440703MB9P01125D 11440703MB9P011338
    11440703MB9P01213U 11440703MB9P01221N 11440703MB9P0123XE
"""


@pytest.mark.parametrize("code", VALID_CODES.split())
def test_credit_codes(code: str):
    check = ids.check_credit_code(code)
    assert check.ok
    assert not check.warnings
    assert check.facts["organisation_code"] == code[8:17]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("91350100M000100Y4Z", "Z"),
        ("91440703MA4UQOXK7P", "O"),
        ("91440730MA4UQ0XK7P", "校验位"),
        ("91440703MA4UQ0XK7", "17 位"),
        ("00000000000000000X", "校验位"),
        ("000000000000000000", "全零"),
        ("9144070AMA4UQ0XK7P", "行政区划"),
        ("", "0 位"),
    ],
)
def test_wrong_credit_codes(code: str, word: str):
    check = ids.check_credit_code(code)
    assert not check.ok
    assert word in check.message


def test_swapped_region_needs_another_check():
    assert ids.credit_code_check("91440730MA4UQ0XK7") == "T"
    assert ids.credit_code_check("0" * 17) == "0"


def test_wrong_organisation_code_only_warns():
    check = ids.check_credit_code("91440703MA4UQ0XK3B")
    assert check.ok
    assert "组织机构代码" in check.warnings[0]


def test_normalisation():
    assert ids.check_credit_code("　９１４４０７０３ma4uq0xk7p\u200b ").normalised == "91440703MA4UQ0XK7P"
    assert ids.check_resident_id(" 44070319850615234x　").normalised == "44070319850615234X"
    assert ids.normalise("\u00a0h0123 4567８") == "H012345678"


@pytest.mark.parametrize(
    ("number", "sex", "birth"),
    [
        ("440703199003070013", "男", date(1990, 3, 7)),
        ("44070319850615234X", "女", date(1985, 6, 15)),
        ("440703197811120032", "男", date(1978, 11, 12)),
        ("440703200002291127", "女", date(2000, 2, 29)),
        ("440703198803150025", "女", date(1988, 3, 15)),
        ("440703193903040023", "女", date(1939, 3, 4)),
        ("44070319751020008X", "女", date(1975, 10, 20)),
        ("440703199811050037", "男", date(1998, 11, 5)),
        ("440701200002290017", "男", date(2000, 2, 29)),
    ],
)
def test_resident_ids(number: str, sex: str, birth: date):
    check = ids.check_resident_id(number, on=TODAY)
    assert check.ok, check.errors
    assert (check.facts["sex"], check.facts["birth"]) == (sex, birth)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("440703199003070014", "校验位"),
        ("440703199902300011", "出生日期"),
        ("440703200102290017", "出生日期"),
        ("511324199612163557", "校验位"),
        ("44070119000229001X", "出生日期"),
        ("44070319900307001", "17 位"),
        ("4407031990030700A3", "数字"),
        ("٤40703199003070013", "数字"),
    ],
)
def test_wrong_resident_ids(number: str, word: str):
    check = ids.check_resident_id(number, on=TODAY)
    assert not check.ok
    assert word in check.message


def with_check(body: str) -> str:
    return body + ids.gb11643_check(body)


def test_births_are_neither_in_the_future_nor_130_years_ago():
    tomorrow = with_check("44070320211102001")
    assert "晚于今天" in ids.check_resident_id(tomorrow, on=TODAY).message
    assert ids.check_resident_id(tomorrow, on=TODAY + timedelta(days=1)).ok
    assert ids.check_resident_id(with_check("44070318911101001"), on=TODAY).ok, "exactly 130"
    assert ids.check_resident_id(with_check("44070318901101001"), on=TODAY).ok is False


def test_old_numbers_of_fifteen_digits():
    check = ids.check_resident_id("440703780512001", on=TODAY)
    assert check.normalised == "44070319780512001X"
    assert "15 位" in check.warnings[0]
    assert not ids.check_resident_id("440703781332001").ok


def test_people_from_hong_kong_macao_taiwan():
    number = with_check("81000019900307001")
    assert ids.check_resident_id(number).facts["kind"] == "residence_permit"
    assert ids.check_residence_permit(number).ok
    assert not ids.check_residence_permit("440703199003070013").ok
    assert ids.check_hk_macao_permit("h12345678").facts["region"] == "香港"
    assert ids.check_hk_macao_permit("M1234567801").normalised == "M12345678"
    assert not ids.check_hk_macao_permit("C12345678").ok
    assert ids.check_taiwan_permit("12345678").ok
    assert ids.check_taiwan_permit("1234567890(B)").warnings
    assert not ids.check_taiwan_permit("1234567").ok


def test_passports_and_foreigners():
    assert ids.check_passport("e12345678").normalised == "E12345678"
    assert not ids.check_passport("ABCDEFGH").ok
    assert ids.check_foreigner_residence("GBR310075071201").ok
    assert ids.check_foreigner_residence(with_check("91112419810803002")).ok
    assert not ids.check_foreigner_residence("12345").ok


def test_disabled_card():
    check = ids.check_disabled_card("44070319880315002544")
    assert check.ok
    assert (check.facts["impairment"], check.facts["degree"]) == ("肢体", 4)
    assert ids.check_disabled_card("44070319880315002544B1").ok
    assert not ids.check_disabled_card("44070319880315002584").ok
    assert "校验位" in ids.check_disabled_card("44070319880315002644").message


def test_registration_numbers():
    assert ids.check_registration_no("440703000012343").ok
    assert ids.check_registration_no("110108000000016").ok
    assert not ids.check_registration_no("440703000012344").ok
    assert ids.mod_11_10("0794") == "5"


@pytest.mark.parametrize(
    "code", ["11445122MB2D24374A4440225982010", "12441500196720244T3442199806003", "1144030457475341564440511004005"]
)
def test_task_codes(code: str):
    check = ids.check_task_code(code)
    assert check.ok, check.errors
    assert str(ids.parse_task_code(code)) == code


def test_handle_item_and_case_number():
    task = ids.build_task_code("11440703MB9P000429", 4, "000123016000")
    assert task == "11440703MB9P0004294000123016000"
    assert ids.build_handle_item(task, 1) == "11440703MB9P000429400012301600001"
    case = ids.parse_case_no("12441500196720244T3442199806003202206230068")
    assert (case.day, case.serial, case.task.level) == (date(2022, 6, 23), 68, "3")
    assert ids.build_case_no(str(case.task), case.day, 68) == str(case)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("12441500196720244T3442199806003202206310068", "真实的日期"),
        ("12441500196720244T344219980600320220623006", "43 位"),
        ("12441500196720244T3442199806003202206230000", "0001"),
        ("12441500196720245T3442199806003202206230068", "校验位"),
        ("12441500196720244T9442199806003202206230068", "层级"),
    ],
)
def test_wrong_case_numbers(code: str, word: str):
    assert word in ids.check_case_no(code).message


def test_serials_beyond_four_digits_are_refused():
    with pytest.raises(ValueError, match="流水号"):
        ids.build_case_no("12441500196720244T3442199806003", date(2022, 6, 23), 10000)


def test_licence_identifiers():
    """Sheet 22 d3."""
    assert ids.mod_37_36("A12425GABC1234002") == "M"
    parts = ("11100000MB0143028R009", "11440703MB9P00026K", "JY24407030000120")
    first = ids.licence_identifier(*parts)
    assert first == "1.2.156.3005.2.11100000MB0143028R009.11440703MB9P00026K.JY24407030000120.001.V"
    assert ids.licence_identifier(*parts, "002").endswith(".002.T")
    assert ids.check_licence_identifier(first).facts["number"] == "JY24407030000120"
    assert not ids.check_licence_identifier(first[:-1] + "W").ok
    assert not ids.check_licence_identifier("1.2.3").ok


def test_food_licence_numbers():
    for code in ("JY14407030000017", "JY24407030000120", "JY34407030000036"):
        assert ids.check_licence_number(code).ok
    assert not ids.check_licence_number("JY24407030000121").ok
    assert not ids.check_licence_number("JY44407030000120").ok
    assert ids.build_licence_number(2, "440703", 12) == "JY24407030000120"


@pytest.mark.parametrize(
    ("text", "region", "normalised", "mobile"),
    [
        ("138 0013 5678", "", "13800135678", True),
        ("+86-13800135678", "", "13800135678", True),
        ("8613800135678", "", "13800135678", True),
        ("0750-3221234", "", "0750-3221234", False),
        ("（010）62345678", "", "010-62345678", False),
        ("+852 9123 4567", "", "+85291234567", True),
        ("0085291234567", "", "+85291234567", True),
        ("91234567", "hk", "+85291234567", True),
        ("66123456", "mo", "+85366123456", True),
        ("+853 2812 3456", "", "+85328123456", False),
    ],
)
def test_phones(text: str, region: str, normalised: str, mobile: bool):
    check = ids.check_phone(text, region=region)
    assert check.ok, check.errors
    assert (check.normalised, check.facts["mobile"]) == (normalised, mobile)


@pytest.mark.parametrize("text", ["12800135678", "1380013567", "91234567", "+853 1234 5678", "电话", ""])
def test_wrong_phones(text: str):
    assert ids.check_phone(text).errors


def test_masks():
    """Sheet 00 X5."""
    assert ids.mask_id("440703199003070013") == "440703********0013"
    assert ids.mask_id("440703780512001") == "440703******001"
    assert ids.mask_id("H12345678") == "H1*****78"
    assert ids.mask_id("44070319880315002544") == "440703********0025**"
    assert ids.mask_phone("13812345678") == "138****5678"
    assert ids.mask_phone("+85291234567") == "+852****4567"
    assert ids.mask_phone("0750-3221234") == "0750-***1234"
    assert [ids.mask_name(n) for n in ("张三", "张小三", "欧阳娜娜", "䶮", "")] == ["张*", "张*三", "欧**娜", "*", ""]


def test_regions():
    assert ids.check_region_code("440703102").facts["town"] == "440703102"
    assert not ids.check_region_code("44070").ok


bodies = st.text("0123456789", min_size=17, max_size=17)


@given(bodies, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found_in_resident_ids(body: str, at: int, by: int):
    other = body[:at] + str((int(body[at]) + by) % 10) + body[at + 1 :]
    assert ids.gb11643_check(body) != ids.gb11643_check(other)


@given(bodies, st.integers(0, 15))
def test_neighbours_swapped_are_always_found_in_resident_ids(body: str, at: int):
    other = body[:at] + body[at + 1] + body[at] + body[at + 2 :]
    assert (body == other) == (ids.gb11643_check(body) == ids.gb11643_check(other))


@given(st.text(CREDIT_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_is_always_found_in_credit_codes(body: str, at: int, by: int):
    changed = CREDIT_ALPHABET[(CREDIT_ALPHABET.index(body[at]) + by) % 31]
    assert ids.credit_code_check(body) != ids.credit_code_check(body[:at] + changed + body[at + 1 :])


@given(st.text(BASE36, min_size=1, max_size=60), st.data())
def test_one_wrong_character_is_always_found_by_the_hybrid_systems(body: str, data):
    at = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.sampled_from(BASE36.replace(body[at], "")))
    assert ids.mod_37_36(body) != ids.mod_37_36(body[:at] + other + body[at + 1 :])


@given(st.text())
def test_any_text_gets_an_answer(text: str):
    for check in (
        ids.check_credit_code, ids.check_resident_id, ids.check_registration_no, ids.check_hk_macao_permit,
        ids.check_taiwan_permit, ids.check_residence_permit, ids.check_passport, ids.check_foreigner_residence,
        ids.check_disabled_card, ids.check_task_code, ids.check_handle_item, ids.check_case_no, ids.check_phone,
        ids.check_licence_number, ids.check_licence_identifier, ids.check_region_code, ids.check_catalog_code,
    ):  # fmt: skip
        result = check(text)
        assert result.ok != bool(result.errors)
        assert check(result.normalised).ok or not result.ok


@given(st.dates(date(1900, 1, 1), date(2021, 1, 1)), st.integers(0, 999))
def test_every_real_number_is_accepted(birth: date, sequence: int):
    number = with_check(f"440703{birth:%Y%m%d}{sequence:03d}")
    assert ids.check_resident_id(number, on=TODAY).facts["birth"] == birth
