"""Tables of cases. The state of a case is changed by ``actions`` only; nothing here decides anything."""

from django.db import models

from .domain.states import ENDED, State

# States of cases that were handed in and have not ended.
UNFINISHED = [state.value for state in State if state is not State.DRAFT and state not in ENDED]
# States in which the same application may not be handed in a second time.
OPEN = [11, 12, 13, 14, 16, 20, 21, 22, 23, 24, 25, 30, 40]


class Channel(models.IntegerChoices):
    """How the application came in (渠道)."""

    ONLINE = 1, "网上"
    COUNTER = 2, "窗口"
    TERMINAL = 3, "自助机"
    MOBILE = 4, "移动端"
    POST = 5, "邮寄"
    ON_BEHALF = 6, "代收代办"
    VIDEO = 7, "视频窗口"


class Case(models.Model):
    """One case. Due instants are stored as computed, and can always be recomputed from the case's acts."""

    case_no = models.CharField("办件编号", max_length=43, unique=True, null=True)
    short_no = models.CharField("短号", max_length=20, unique=True, null=True)
    query_code = models.CharField("查询码", max_length=12, blank=True)

    item_code = models.CharField("业务办理项编码", max_length=40, db_index=True)
    item_key = models.CharField("事项", max_length=80)
    item_title = models.CharField("事项名称", max_length=200)
    item_version = models.PositiveIntegerField("事项版本(申请时)")
    accepted_version = models.PositiveIntegerField("事项版本(受理时)", null=True)

    unit_id = models.BigIntegerField("实施单位", db_index=True)
    unit_key = models.CharField(max_length=60)
    unit_name = models.CharField("实施单位名称(办理时)", max_length=120)

    applicant_kind = models.CharField(max_length=10, choices=[("person", "自然人"), ("entity", "法人或其他组织")])
    applicant_person_id = models.BigIntegerField(null=True, db_index=True)
    applicant_entity_id = models.BigIntegerField(null=True, db_index=True)
    applicant_name = models.CharField("申请人", max_length=200)
    applicant_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    agent_person_id = models.BigIntegerField(null=True, db_index=True)
    agent_name = models.CharField("经办人", max_length=100, blank=True)
    applicant_account_id = models.BigIntegerField(null=True, db_index=True)

    channel = models.PositiveSmallIntegerField("渠道", choices=Channel.choices, default=Channel.ONLINE)
    hall = models.CharField("大厅", max_length=80, blank=True)
    window = models.CharField("窗口", max_length=40, blank=True)
    received_by_id = models.BigIntegerField("收件人账号", null=True, db_index=True)
    object_key = models.CharField("办理对象", max_length=120, blank=True)
    answers = models.JSONField("情形", default=dict)
    commitment = models.BooleanField("告知承诺", default=False)
    e_service = models.BooleanField("同意电子送达", default=False)
    form_data_id = models.BigIntegerField("表单数据版本", null=True)

    state = models.PositiveSmallIntegerField("状态", choices=[(s.value, s.title) for s in State], default=State.DRAFT)
    open_special = models.PositiveSmallIntegerField(default=0)
    open_opinions = models.PositiveSmallIntegerField(default=0)
    instance_id = models.BigIntegerField("流程实例", null=True, db_index=True)
    version = models.PositiveIntegerField(default=0)

    received_at = models.DateTimeField("收件时间", null=True)
    accepted_at = models.DateTimeField("受理时间", null=True)
    converted_at = models.DateTimeField("转为承诺件时间", null=True)
    acceptance = models.CharField("受理方式", max_length=12, blank=True)  # normal, deemed, tolerant
    notice_due = models.DateTimeField("告知期限", null=True)
    promised_due = models.DateTimeField("承诺期限", null=True, db_index=True)
    legal_due = models.DateTimeField("法定期限", null=True)
    # Of the clock that runs: the limit that lists show, and from when its light is yellow.
    shown_due = models.DateTimeField("当前期限", null=True)
    yellow_at = models.DateTimeField("临期时间", null=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    decision = models.PositiveSmallIntegerField("决定", choices=[(1, "准予"), (2, "不予"), (3, "部分准予")], null=True)
    decision_no = models.CharField("决定文号", max_length=80, blank=True)
    licence_id = models.BigIntegerField("证照", null=True)
    delivered_at = models.DateTimeField("送达时间", null=True)
    delivery_way = models.CharField("送达方式", max_length=20, blank=True)
    concluded_at = models.DateTimeField("办结时间", null=True)
    history_batch = models.CharField("历史导入批次", max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["unit_id", "state", "promised_due", "id"], name="case_unit_work"),
            models.Index(fields=["applicant_account_id", "-id"], name="case_mine"),
            models.Index(fields=["unit_id", "shown_due", "id"], name="case_unit_due"),
            models.Index(fields=["shown_due", "id"], name="case_due"),
            models.Index(fields=["-received_at", "-id"], name="case_received"),
            models.Index(fields=["unit_id", "-received_at", "-id"], name="case_unit_received"),
            models.Index(fields=["item_key", "-received_at"], name="case_item_received"),
            # What is at work is a small part of all: its lists and lights never look at the rest.
            models.Index(
                fields=["-received_at", "-id"], condition=models.Q(state__in=UNFINISHED), name="case_unfinished"
            ),
            models.Index(fields=["applicant_code"], condition=~models.Q(applicant_code=""), name="case_code"),
            # Cases from before lights were kept, which the worker fills in.
            models.Index(
                fields=["id"],
                condition=models.Q(yellow_at=None, shown_due__isnull=False, decided_at=None),
                name="case_light_missing",
            ),
        ]
        constraints = [
            # One open case for the same applicant, item and object; drafts and ended cases do not count. People are
            # told apart by the person, never by the name.
            models.UniqueConstraint(
                fields=["item_key", "applicant_person_id", "object_key"],
                condition=models.Q(state__in=OPEN) & models.Q(applicant_entity_id=None),
                name="case_no_duplicate_person",
            ),
            models.UniqueConstraint(
                fields=["item_key", "applicant_entity_id", "object_key"],
                condition=models.Q(state__in=OPEN),
                name="case_no_duplicate_entity",
            ),
        ]

    def __str__(self) -> str:
        return self.short_no or f"草稿 {self.pk}"


def same_applicant(case: Case) -> models.Q:
    """What belongs to cases of the applicant of this one: the firm whoever acts for it, or the person for himself."""
    if case.applicant_entity_id is not None:
        return models.Q(case__applicant_entity_id=case.applicant_entity_id)
    return models.Q(case__applicant_entity_id=None, case__applicant_person_id=case.applicant_person_id)


class Submission(models.Model):
    """The applicant's idempotency key of a submission, so that a slow network never registers twice."""

    key = models.CharField(max_length=80, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    at = models.DateTimeField()


class CaseMaterial(models.Model):
    """One material instance of a case and where it came from."""

    class Source(models.TextChoices):
        UPLOADED = "uploaded", "上传"
        LICENCE = "licence", "电子证照"
        DATA = "data", "数据核验"
        COMMITMENT = "commitment", "告知承诺"
        FORM = "form", "系统生成"
        REUSED = "reused", "历史复用"
        PAPER = "paper", "窗口扫描"
        DEFERRED = "deferred", "容缺后补"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="materials")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField("材料种类", max_length=120, blank=True)  # the same kind of paper in other cases
    required = models.BooleanField(default=True)
    government = models.BooleanField("政府部门核发", default=False)
    source = models.CharField(max_length=12, choices=Source.choices, blank=True)
    file_id = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    licence_ref = models.CharField("电子证照标识", max_length=160, blank=True)
    facts = models.JSONField("照面信息", default=dict)  # of a fetched licence: what the form is prefilled with
    valid_to = models.DateField("材料有效期至", null=True)
    reused_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    exempt_reason = models.CharField("免提交依据或未能免提交的原因", max_length=200, blank=True)
    check_result = models.CharField(max_length=10, blank=True)  # "", ok, defect
    round = models.PositiveSmallIntegerField("轮次", default=1)
    at = models.DateTimeField()
    replaced = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "code"])]


class Tolerance(models.Model):
    """One material that a tolerantly accepted case still owes (容缺), from acceptance until it is there or its promise
    is broken. A broken promise is the applicant's record inside this platform, no entry of any black list."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tolerances")
    material_code = models.CharField(max_length=60)
    material_name = models.CharField(max_length=200)
    days = models.PositiveSmallIntegerField("承诺工作日")
    licence_first = models.BooleanField("先批后补", default=False)
    on_breach = models.CharField("逾期后果", max_length=10)  # terminate, hold
    promised_at = models.DateTimeField()
    due = models.DateTimeField("补齐期限", null=True)  # of 先批后补 from the decision
    supplied_at = models.DateTimeField("补齐时间", null=True)
    breached_at = models.DateTimeField("逾期时间", null=True)
    returned = models.CharField("退回原因", max_length=300, blank=True)
    closed_at = models.DateTimeField("不再需要", null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "material_code"], name="case_tolerance_once")]
        indexes = [
            models.Index(
                fields=["due"],
                condition=models.Q(supplied_at=None, breached_at=None, closed_at=None),
                name="case_tolerance_running",
            )
        ]


class CorrectionNotice(models.Model):
    """The one-time notice (一次性告知); a second one on an old defect needs an approved exception."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    number = models.CharField(max_length=80)
    at = models.DateTimeField()
    due = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    exception = models.OneToOneField("CorrectionException", on_delete=models.PROTECT, null=True)
    exception_reason = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)


class CorrectionDefect(models.Model):
    """One defect of a notice: what is wrong with which material or field, and how to mend it."""

    notice = models.ForeignKey(CorrectionNotice, on_delete=models.PROTECT, related_name="defects")
    material_code = models.CharField(max_length=60, blank=True)
    field_key = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)  # missing, unclear, expired, inconsistent, format, seal
    remedy = models.CharField(max_length=500)


class CorrectionException(models.Model):
    """Leave to tell, once more, a defect that was there to be seen the first time; it counts as a quality incident."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="correction_exceptions")
    reason = models.CharField(max_length=300)
    requested_by = models.CharField(max_length=100)
    requested_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)


class SpecialProcedure(models.Model):
    """A statutory procedure during which the clock stands still (行政许可法第四十五条)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="specials")
    kind = models.PositiveSmallIntegerField()
    planned_days = models.PositiveSmallIntegerField("计划工作日")
    basis = models.CharField("依据条款", max_length=300)
    notice_number = models.CharField("告知书文号", max_length=80)
    requested_by = models.CharField(max_length=100)
    approved_by = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    planned_end = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    overrun = models.BooleanField(default=False)
    result = models.CharField(max_length=500, blank=True)


class SpecialProposal(models.Model):
    """What an examiner asks for; the procedure itself begins with somebody else's approval."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="special_proposals")
    kind = models.PositiveSmallIntegerField()
    planned_days = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=300)
    requested_by = models.CharField(max_length=100)
    requested_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)


class OpinionRequest(models.Model):
    """Another unit is asked for its opinion; the clock runs on."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinion_requests")
    unit_key = models.CharField(max_length=60)
    unit_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    agrees = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["unit_key", "case"], name="case_asked_of_unit")]


class Extension(models.Model):
    """An extension of the limit, once, with the approver's reason told to the applicant (行政许可法第四十二条)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    requested_by = models.CharField(max_length=100)
    requested_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    approved_by = models.CharField(max_length=100, blank=True)
    approved_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=80, blank=True)


class Opinion(models.Model):
    """One opinion (意见): column, text, optional handwritten image and signature reference, bound to its act."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    column = models.CharField("栏目", max_length=40)
    text = models.TextField()
    outcome = models.CharField(max_length=40, blank=True)
    image_file_id = models.BigIntegerField("手写签批", null=True)
    signature = models.CharField("签名", max_length=200, blank=True)
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=100)
    deputy_for = models.CharField("代", max_length=100, blank=True)
    unit_name = models.CharField(max_length=120)
    post_name = models.CharField(max_length=120, blank=True)
    task_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    @property
    def proof(self) -> str:
        """The reference to its signature as paper and screens show it: SM3 and the first half of the act's digest."""
        kind, _, rest = self.signature.partition(":")
        return f"SM3 {rest.partition(':')[2][:32]}" if kind == "act" else self.signature


class Phrase(models.Model):
    """A person's own stock phrase (常用意见)."""

    account_id = models.BigIntegerField(db_index=True)
    text = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]


class Rating(models.Model):
    """好差评 of one service node; grades 5 to 1, where 2 and 1 are bad."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT)
    grade = models.PositiveSmallIntegerField()
    labels = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()


class Rectification(models.Model):
    """差评整改: a bad rating is looked into, put right, answered to its citizen, who may rate once more.

    Source: 广东省政务服务“好差评”工作规范 GDZW 0059-2022.
    """

    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="rectification")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rectifications")
    opened_at = models.DateTimeField()
    verify_due = models.DateTimeField("核实期限")
    rectify_due = models.DateTimeField("整改期限")
    verified_at = models.DateTimeField("核实时间", null=True)
    verified_by = models.CharField(max_length=100, blank=True)
    genuine = models.BooleanField("是否属实", null=True)
    finding = models.CharField("核实情况", max_length=1000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    answer = models.CharField("整改和答复", max_length=1000, blank=True)
    visited_at = models.DateTimeField("回访时间", null=True)
    visit = models.CharField("回访情况", max_length=500, blank=True)
    second_grade = models.PositiveSmallIntegerField("再次评价", null=True)
    second_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["rectify_due"], condition=models.Q(answered_at=None), name="case_rectify_open")]


class GenuineAlert(models.Model):
    """What looks like handling elsewhere and entering here (线下办理、线上录入), for those who watch over it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    rule = models.CharField(max_length=4)
    level = models.CharField(max_length=6)
    text = models.CharField(max_length=200)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=100, blank=True)
    finding = models.CharField("核实情况", max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["case", "rule"], name="case_alert_once")]


class CaseDocument(models.Model):
    """A document (文书) of a case: numbered at the act, made and sealed by the worker right after it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=80)
    number = models.CharField("文号", max_length=80)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    document_id = models.BigIntegerField(null=True)
    for_applicant = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
