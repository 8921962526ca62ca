"""Tables of people and units. Names of units and codes of regions have dates, so old records keep old names."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Region(models.Model):
    """An administrative division by its code (GB/T 2260 and statistical codes), with history."""

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    parent_code = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    mapped_to = models.CharField("并入", max_length=12, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["code", "name"], name="region_code_name")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Unit(models.Model):
    """A unit of government, or a cross-unit group that is no legal entity (without code)."""

    key = models.SlugField(max_length=60, unique=True)
    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    kind = models.CharField(max_length=20, default="department")  # department, town, group, centre
    region_code = models.CharField(max_length=12, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name = models.CharField("现名", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class UnitName(models.Model):
    """A name of a unit in a period; ``Unit.name`` is the newest."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    decided = models.BooleanField("在本平台办理的更名", default=False)

    class Meta:
        ordering = ["id"]


class Section(models.Model):
    """A section (股, 科室) of a unit."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sections")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "key"], name="section_key")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post (岗位) of a unit; people come and go, the post and its roles stay."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, related_name="posts")
    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=80)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.title}"


class Person(models.Model):
    """A natural person. Numbers and phones lie in the identity vault, never here."""

    name = models.CharField(max_length=100)
    pinyin = models.CharField(max_length=200, blank=True, db_index=True)
    employer = models.CharField("用人单位(外包、借调)", max_length=120, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class VaultRow(models.Model):
    """The identity vault: encrypted numbers and phones, found by blind index only. Guarded by row-level security."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # resident_id, hk_macao_permit, …, phone, yuezhengyi
    cipher = models.TextField()
    blind_index = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_vault"
        indexes = [models.Index(fields=["kind", "blind_index"]), models.Index(fields=["person", "kind"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "blind_index"], condition=~models.Q(kind="phone"), name="vault_one_person_a_number"
            )
        ]


class AccountManager(BaseUserManager):
    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(login=username)


class Account(AbstractBaseUser):
    """A way to sign in. Staff sign in by password (and second factor), citizens through the identity service."""

    class Kind(models.TextChoices):
        STAFF = "staff", "工作人员"
        CITIZEN = "citizen", "申请人"

    login = models.CharField("账号", max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    subject = models.CharField("统一身份标识", max_length=120, unique=True, null=True)
    level = models.PositiveSmallIntegerField("实名等级", default=0)
    is_active = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(null=True)
    must_change = models.BooleanField(default=False)
    demo_title = models.CharField("演示说明", max_length=120, blank=True)
    demo_password = models.CharField("演示口令", max_length=60, blank=True)  # in demo databases only, until changed

    USERNAME_FIELD = "login"
    objects = AccountManager()

    def __str__(self) -> str:
        return self.login


class SignInGuard(models.Model):
    """Failed tries by what was tried: a login (whether it exists or not) or an address; real time, never the demo's."""

    key = models.CharField(max_length=120, unique=True)  # "login:<login>", "address:<ip>"
    failures = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)


class SecondFactor(models.Model):
    """The key of an account's authenticator, encrypted; ``last_step`` is the time step of the last code used."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    cipher = models.TextField()
    last_step = models.BigIntegerField(default=0)
    drift = models.SmallIntegerField(default=0)
    bound_at = models.DateTimeField(null=True)


class PasswordHistory(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    password = models.CharField(max_length=200)
    at = models.DateTimeField()


class Holding(models.Model):
    """Who holds which post, from when to when; one person may hold several."""

    class Kind(models.TextChoices):
        MAIN = "main", "任职"
        CONCURRENT = "concurrent", "兼任"
        SECONDED = "seconded", "借调"
        OUTSOURCED = "outsourced", "服务外包"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.MAIN)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class Role(models.Model):
    """A bundle of rights. ``separation`` names one of the three administrators who exclude each other (三员分立);
    ``leads`` says whose work its holder answers for, so that reminders find the leader of somebody."""

    class Leads(models.TextChoices):
        SECTION = "section", "股室"
        UNIT = "unit", "单位（分管）"
        HEAD = "head", "单位（主要负责人）"

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=80)
    rights = models.JSONField(default=list)
    separation = models.CharField(max_length=12, blank=True)  # "", system, security, audit
    official = models.BooleanField("须由在编人员担任", default=False)  # not for outsourced staff
    single = models.BooleanField("每个单位只能有一人", default=False)
    leads = models.CharField("领导", max_length=12, choices=Leads.choices, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class RoleAssignment(models.Model):
    """role × data scope × validity, given to a post (all who hold it) or to one person (in ``unit``)."""

    class Scope(models.TextChoices):
        OWN = "own", "本人"
        SECTION = "section", "本股室"
        UNIT = "unit", "本单位"
        SUBORDINATE = "subordinate", "本单位及下属"
        DISTRICT = "district", "全区"

    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="roles")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="roles")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")  # where a person's own holds
    scope = models.CharField(max_length=12, choices=Scope.choices, default=Scope.UNIT)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(post__isnull=False) ^ models.Q(person__isnull=False), name="role_to_post_or_person"
            )
        ]


class Absence(models.Model):
    """Somebody is away and who stands in (AB岗)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="deputising")
    begins = models.DateField()
    ends = models.DateField()
    reason = models.CharField(max_length=100)
    cancelled_at = models.DateTimeField(null=True)


class LegalEntity(models.Model):
    """A firm or other organisation, by its credit code."""

    code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField(max_length=200)
    legal_representative = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Handover(models.Model):
    """Open work handed from somebody who leaves or changes post to a colleague, with the list both sign."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    supervisor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")  # 监交人
    lines = models.JSONField(default=list)  # [{"register", "number", "title", "note"}]

    class Meta:
        ordering = ["-id"]


class HandoverSignature(models.Model):
    """One signature under a list: the digest says which list it was, the act is on the chain of whose work it is."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["handover", "person"], name="handover_signed_once")]


class Agency(models.Model):
    """A person may act for a firm; managers may appoint further agents. An appointment is an invitation until the
    person accepts it; ``items`` are the keys of the service items it covers (none: all)."""

    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="agents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="agencies")
    manager = models.BooleanField("管理员", default=False)
    items = models.JSONField("授权事项", default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    accepted_at = models.DateTimeField("接受时间", null=True)
    revoked_at = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]


class Guardianship(models.Model):
    """A person acts for a minor, until the day before the eighteenth birthday or until it is ended. ``receipt`` is that
    of the register which vouched for it."""

    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="wards")
    ward = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardians")
    relation = models.CharField("与被监护人的关系", max_length=20)
    receipt = models.CharField("核验回执", max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField("最后一天")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "ward"], condition=models.Q(ended_at=None), name="guardian_once_for_a_ward"
            ),
            models.CheckConstraint(condition=~models.Q(guardian=models.F("ward")), name="guardian_is_another"),
        ]
