"""Cases themselves, and the keys of their submission."""

from django.db import models

from ..domain.states import ENDED, State

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
    paper_receipt = models.CharField("断网时手工开出的收件凭证", max_length=80, blank=True)
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
