"""The documents (文书) a case produces: template, title, number series, who gets them.

Source: 行政许可法 art. 32, 38, 42, 45; 办件文书 list of the district's case standard.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """``series`` is the word in the document number (准 in 蓬市监准字…); "" for papers that carry the case number."""

    kind: str
    title: str
    series: str
    sealed: bool = True
    for_applicant: bool = True

    @property
    def template(self) -> str:
        return f"case/{self.kind}"


LETTERS = {
    letter.kind: letter
    for letter in (
        Letter("receipt", "收件凭证", "收"),
        Letter("correction", "补正材料一次性告知书", "补"),
        Letter("acceptance", "受理通知书", "受"),
        Letter("non_acceptance", "不予受理通知书", "不受"),
        Letter("special", "特别程序告知书", "特"),
        Letter("hearing_right", "听证告知书", "听告"),
        Letter("hearing_notice", "听证通知书", "听通"),
        Letter("hearing_record", "听证笔录", "听录"),
        Letter("extension", "延期通知书", "延"),
        Letter("commitment", "告知承诺书", "诺", sealed=False),
        Letter("tolerance", "容缺受理承诺书", "容", sealed=False),
        Letter("grant", "准予行政许可决定书", "许准"),
        Letter("result", "办理结果凭证", "果"),
        Letter("refusal", "不予行政许可决定书", "许不"),
        Letter("delivery", "送达回证", "送"),
        Letter("address", "送达地址确认书", "", sealed=False),
        Letter("withdrawal", "撤回申请确认书", "撤"),
        Letter("termination", "终止办理决定书", "终"),
        Letter("approval_sheet", "审批表", "", sealed=False, for_applicant=False),
    )
}


def remedy(review_body: str) -> str:
    """How one may fight a decision: 60 days for the review, 6 months for the court (行政复议法, 行政诉讼法)."""
    body = f"向{review_body}" if review_body else "依法"
    return (
        f"如不服本决定，可以自收到之日起六十日内{body}申请行政复议，"
        "或者自收到之日起六个月内依法向人民法院提起行政诉讼。"
    )


HEARING_RIGHT = (
    "本事项依法需要听证的，申请人、利害关系人在被告知听证权利之日起五日内提出听证申请的，"
    "本机关将在二十日内组织听证，不收取费用。"
)
