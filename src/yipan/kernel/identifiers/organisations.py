"""Unified social credit codes (统一社会信用代码) and the business registration numbers before them."""

from .check import Check, failed, is_digits, normalise, passed
from .digits import CREDIT_ALPHABET, credit_code_check, mod_11_10, organisation_code_check

# GB 32100-2015 table 1 and its amendment; codes outside it exist (added later), so they only warn.
CATEGORIES = {
    "11": "机关", "12": "事业单位", "13": "群众团体", "19": "机构编制其他", "21": "外国常驻新闻机构",
    "29": "外交其他", "31": "律师事务所", "32": "公证处", "33": "基层法律服务所", "34": "司法鉴定机构",
    "35": "仲裁委员会", "39": "司法行政其他", "41": "外国在华文化中心", "49": "文化其他", "51": "社会团体",
    "52": "民办非企业单位", "53": "基金会", "59": "民政其他", "61": "外国旅游部门常驻代表机构",
    "62": "港澳台旅游部门常驻代表机构", "69": "旅游其他", "71": "宗教活动场所", "72": "宗教院校", "79": "宗教其他",
    "81": "基层工会", "89": "工会其他", "91": "企业", "92": "个体工商户", "93": "农民专业合作社",
    "A1": "军队事业单位", "A9": "军队其他", "N1": "组级集体经济组织", "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织", "N9": "农业农村其他", "Y1": "其他",
}  # fmt: skip


def check_credit_code(text: str) -> Check:
    """A unified social credit code. Facts: category (two characters), category_name, region, organisation_code.

    A wrong check character of the organisation code inside only warns: a few legacy codes carry one. The region is
    not compared with anything: firms are registered with county, city, province or elsewhere."""
    code = normalise(text)
    if len(code) != 18:
        return failed(code, f"统一社会信用代码应为 18 位，实际为 {len(code)} 位")
    wrong = sorted({c for c in code if c not in CREDIT_ALPHABET})
    if wrong:
        hint = "（不使用字母 I、O、S、V、Z，请检查是否与数字 1、0、5、2 混淆）" if set(wrong) & set("IOSVZ") else ""
        return failed(code, f"统一社会信用代码含有不允许的字符 {'、'.join(wrong)}{hint}")
    if not is_digits(code[2:8]):
        return failed(code, "统一社会信用代码第 3 至 8 位应为 6 位数字行政区划码")
    if credit_code_check(code[:17]) != code[17]:
        return failed(code, "统一社会信用代码校验位不符，请核对是否有错字或颠倒")
    if set(code) == {"0"}:
        return failed(code, "全零不是统一社会信用代码")
    warnings = []
    if organisation_code_check(code[8:16]) != code[16]:
        warnings.append("第 9 至 17 位组织机构代码的校验位不符，请与证照原件核对")
    if code[:2] not in CATEGORIES:
        warnings.append(f"登记管理部门和机构类别“{code[:2]}”不在代码表内，请与证照原件核对")
    category = CATEGORIES.get(code[:2], "")
    facts = {"category": code[:2], "category_name": category, "region": code[2:8], "organisation_code": code[8:17]}
    return passed(code, *warnings, **facts)


def check_registration_no(text: str) -> Check:
    """A business registration number (工商注册号, 15 digits, GS 15-2006) as firms had before 2015."""
    number = normalise(text)
    if len(number) != 15 or not is_digits(number):
        return failed(number, "工商注册号应为 15 位数字")
    if mod_11_10(number[:14]) != number[14]:
        return failed(number, "工商注册号校验位不符，请核对是否有错字")
    return passed(number, region=number[:6])
