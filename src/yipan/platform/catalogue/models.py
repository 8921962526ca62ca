"""Published items, code tables, base catalogue, and the answers people saved. Versions are never changed."""

from django.db import models


class ItemVersion(models.Model):
    """One published version of an item; the number grows, the day says from when it counts."""

    key = models.CharField("事项", max_length=80)
    number = models.PositiveIntegerField("版本")
    title = models.CharField("名称", max_length=200)
    effective_from = models.DateField("生效日")
    change_note = models.CharField("变更说明", max_length=500, blank=True)
    unit_key = models.CharField("实施单位", max_length=60, db_index=True)
    sha256 = models.CharField(max_length=64)
    data = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="catalogue_item_version")]
        indexes = [models.Index(fields=["key", "-effective_from", "-number"], name="catalogue_item_in_force")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"


class ItemTurn(models.Model):
    """The day of a version has come: what follows from it was done."""

    version = models.OneToOneField(ItemVersion, on_delete=models.PROTECT, related_name="turn")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.version)


class UpstreamCursor(models.Model):
    """How far the changes of the provincial catalogue were read (one row)."""

    cursor = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()


class UpstreamChange(models.Model):
    """A change that came down from the provincial catalogue, or with a pack over what a unit had changed here.

    Nothing of it counts by itself: the data bureau takes it over, which opens the change of the item, or says why not.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待处理"
        FAULTY = "faulty", "数据有误"
        SAME = "same", "与本地一致"
        TAKEN = "taken", "已采纳"
        DECLINED = "declined", "未采纳"

    source = models.CharField(max_length=8)  # province, pack
    guid = models.CharField(max_length=80)
    operation = models.CharField("操作", max_length=1)  # I, U, D
    catalog_code = models.CharField("基本编码", max_length=20, db_index=True)
    title = models.CharField("事项名称", max_length=200)
    batch = models.CharField("批次", max_length=40, blank=True)
    sent_at = models.CharField("下发时间", max_length=30, blank=True)
    data = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    note = models.CharField("说明", max_length=500, blank=True)
    at = models.DateTimeField()
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["source", "guid"], name="catalogue_upstream_once")]

    def __str__(self) -> str:
        return f"{self.operation} {self.title}"


class BaseItem(models.Model):
    """An entry of the national or provincial base catalogue (基本目录)."""

    code = models.CharField("基本编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类型", max_length=4)
    source = models.CharField(max_length=200)
    bases = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CodeTable(models.Model):
    """A code table as published; codes keep the order of the file."""

    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=200, blank=True)
    codes = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.title


class SavedAnswers(models.Model):
    """The answers of a situation under a token that cannot be guessed; an application begins with them."""

    token = models.CharField(max_length=40, unique=True)
    item_key = models.CharField(max_length=80)
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT)
    answers = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token


class GuideReport(models.Model):
    """指南有误: somebody read a guide and found a fault in it; the unit answers within two working days."""

    item_key = models.CharField("事项", max_length=80, db_index=True)
    item_title = models.CharField(max_length=200)
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT)
    unit_key = models.CharField("实施单位", max_length=60, db_index=True)
    part = models.CharField("哪一部分", max_length=20)
    text = models.CharField("说明", max_length=500)
    account_id = models.BigIntegerField("提出人账号", null=True)
    at = models.DateTimeField()
    due = models.DateTimeField("答复期限", null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.item_title}：{self.text[:20]}"


class ItemDraft(models.Model):
    """A change of an item on its way: written in the unit, reviewed there by another, released by the data bureau for a
    day. Versions that are published are never touched; a draft becomes the next one."""

    class State(models.TextChoices):
        WRITING = "writing", "编辑中"
        REVIEW = "review", "待单位审核"
        RELEASE = "release", "待政数局发布"
        PUBLISHED = "published", "已发布"
        DROPPED = "dropped", "已放弃"

    item_key = models.CharField("事项", max_length=80, db_index=True)
    item_title = models.CharField(max_length=200)
    unit_key = models.CharField("实施单位", max_length=60, db_index=True)
    base = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    upstream = models.ForeignKey(UpstreamChange, on_delete=models.PROTECT, null=True, related_name="drafts")
    data = models.JSONField()
    change_note = models.CharField("变更说明", max_length=500, blank=True)
    effective_from = models.DateField("生效日", null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WRITING)
    returned = models.CharField("退回原因", max_length=500, blank=True)
    begun_at = models.DateTimeField()
    written_by_id = models.BigIntegerField(null=True)
    written_by = models.CharField(max_length=100)
    written_at = models.DateTimeField()
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_by = models.CharField(max_length=100, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=100, blank=True)
    released_at = models.DateTimeField(null=True)
    published = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two people changing one item at once would undo each other's work.
            models.UniqueConstraint(
                fields=["item_key"],
                condition=models.Q(state__in=["writing", "review", "release"]),
                name="catalogue_one_open_draft",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_title} {self.get_state_display()}"
