"""Bans on applying again (禁止再次申请): what leads to one, how long, and what is said about it.

Source: 行政许可法 (2019) art. 78 (false materials in matters of public safety, health or life: one year) and art. 79 (a
licence obtained by fraud in such matters: three years).
"""

from datetime import date

FALSE_MATERIALS, FRAUD = "false_materials", "fraud"
YEARS = {FALSE_MATERIALS: 1, FRAUD: 3}
GROUNDS = {
    FALSE_MATERIALS: "隐瞒有关情况或者提供虚假材料申请（行政许可法第七十八条）",
    FRAUD: "以欺骗、贿赂等不正当手段取得许可（行政许可法第七十九条）",
}


def last_day(since: date, ground: str) -> date:
    """The last day on which nothing may be applied for; from the next day on it may."""
    year = since.year + YEARS[ground]
    try:
        return since.replace(year=year)
    except ValueError:  # 29 February
        return since.replace(year=year, day=28)


def words(ground: str, until: date, number: str) -> str:
    """Why an application is not taken, for the applicant."""
    paper = f"（{number}）" if number else ""
    return (
        f"因{GROUNDS[ground]}，根据此前的决定{paper}，在 {until.year}年{until.month}月{until.day}日"
        "（含当日）以前不得再次申请该行政许可。对该决定有异议的，可以按决定书载明的途径申请行政复议或者提起行政诉讼。"
    )
