"""Tables of running processes. The state of an instance is the truth; tasks, timers, subscriptions and list entries are
rows derived from it in the same statement, so that work is found through indexes (``check.verify`` compares them).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Definition(models.Model):
    """One version of a process. A row never changes (trigger): instances run on the version they began with.

    ``outline`` lists the activities and events a reader knows by name, in document order (see ``domain.outlines``).
    """

    key = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    version_tag = models.TextField(default="")
    xml = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    outline = models.JSONField()
    deployed_at = models.DateTimeField()
    deployed_by = models.BigIntegerField(null=True)
    deployed_by_name = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="processes_definition_version"),
            models.UniqueConstraint(fields=["key", "sha256"], name="processes_definition_content"),
        ]


class Instance(models.Model):
    """A running or ended process of one subject. ``state`` is the engine's document, ``format`` its layout."""

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT)
    subject_kind = models.TextField()
    subject_id = models.TextField()
    item_key = models.TextField(default="")
    business_key = models.TextField(default="", db_index=True)
    status = models.TextField()
    state = models.JSONField()
    format = models.SmallIntegerField()
    clock_stopped = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    started_by = models.BigIntegerField(null=True)
    started_by_name = models.TextField(default="")
    applicant_person_id = models.BigIntegerField(null=True)
    applicant_entity_id = models.BigIntegerField(null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    parent_call = models.TextField(default="")
    start_key = models.TextField(null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="processes_instance_subject"),
            models.Index(fields=["definition", "status"], name="processes_instance_version"),
        ]


class Task(models.Model):
    """Work for a person. ``key`` is the engine's id within the instance; persons are ids of ``people.Person``.

    ``persons`` named people; else whoever holds one of ``roles`` in ``unit_key``. ``person_id`` has claimed it (or it
    was handed to him). ``excluded`` may not do it: separation of duties, own application.
    """

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE)
    key = models.TextField()
    element_id = models.TextField()
    name = models.TextField()
    kind = models.TextField(default="work")
    act = models.TextField(default="")
    form = models.TextField(default="")
    opinion_column = models.TextField(default="")
    outcomes = ArrayField(models.TextField(), default=list)
    status = models.TextField()
    roles = ArrayField(models.TextField(), default=list)
    persons = ArrayField(models.BigIntegerField(), default=list)
    unit_key = models.TextField(default="")
    excluded = ArrayField(models.BigIntegerField(), default=list)
    person_id = models.BigIntegerField(null=True)
    person_name = models.TextField(default="")
    opened_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    limit_text = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")
    done_by = models.BigIntegerField(null=True)
    done_by_account = models.BigIntegerField(null=True)
    done_by_name = models.TextField(default="")
    on_behalf = models.BigIntegerField(null=True)
    on_behalf_name = models.TextField(default="")
    done_key = models.TextField(default="")
    parent_key = models.TextField(default="")
    returned_from = models.TextField(default="")
    applicant_step = models.BooleanField(default=False)
    clock_stopped = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "key"], name="processes_task_key")]
        indexes = [
            models.Index(fields=["unit_key", "due_at"], name="processes_task_unit_open",
                         condition=models.Q(ended_at__isnull=True)),
        ]  # fmt: skip


class Timer(models.Model):
    """An armed timer; ``due_at`` empty while it stands still. Swept by business time, never a job of the library."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE)
    key = models.TextField()
    element_id = models.TextField()
    due_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "key"], name="processes_timer_key")]
        indexes = [
            models.Index(fields=["due_at"], name="processes_timer_due", condition=models.Q(due_at__isnull=False)),
        ]


class StartEvent(models.Model):
    """How the newest version of a process begins by itself: by a message or signal of this name, or at a time.

    ``timer`` is the engine's entry of a timer start event (``kernel.engine.timers.first_start``)."""

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT)
    element_id = models.TextField()
    kind = models.TextField()
    name = models.TextField(default="")
    due_at = models.DateTimeField(null=True)
    timer = models.JSONField(null=True)
    attempts = models.SmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "element_id"], name="processes_start_element")]
        indexes = [
            models.Index(fields=["kind", "name"], name="processes_start_name"),
            models.Index(fields=["due_at"], name="processes_start_due", condition=models.Q(due_at__isnull=False)),
        ]


class Subscription(models.Model):
    """An instance waits for a message (name and correlation key) or a signal (name)."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE)
    key = models.TextField()
    element_id = models.TextField()
    kind = models.TextField()
    name = models.TextField()
    correlation = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "key"], name="processes_subscription_key")]
        indexes = [models.Index(fields=["name", "correlation"], name="processes_subscription_name")]


class Entry(models.Model):
    """One line in somebody's list.

    ``box``: todo, to_read (copies, 待阅), read, done, concluded, started, followed. ``holder``: ``p:<person>``, or for
    open work of a group ``r:<role>@<unit key>`` and ``r:<role>@*`` (all units), or the applicant ``a:<person>``,
    ``e:<firm>``. ``sort_at``: due time of open work, else when it came into the box. Only one box holds a line of a
    person and instance for done and concluded.
    """

    box = models.TextField()
    holder = models.TextField()
    sort_at = models.DateTimeField()
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE)
    task_key = models.TextField(default="")
    item_key = models.TextField(default="")
    excluded = ArrayField(models.BigIntegerField(), default=list)
    by_name = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["holder", "box", "sort_at", "instance", "task_key"], name="processes_entry_list"),
            models.Index(fields=["instance", "task_key"], name="processes_entry_instance"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["holder", "instance"], name="processes_entry_handled_once",
                                    condition=models.Q(box__in=["done", "concluded"])),
            models.UniqueConstraint(fields=["holder", "instance"], name="processes_entry_followed_once",
                                    condition=models.Q(box="followed")),
        ]  # fmt: skip


class Errand(models.Model):
    """Work that is no task of a process: another room or an outside system asks for an approval, a signature, a look.

    ``source`` and ``key`` name it there; posting again changes it, closing takes it off every list of open work.
    """

    source = models.TextField()
    key = models.TextField()
    kind = models.TextField(default="")  # its name, for sources that are not registered (outside systems)
    title = models.TextField()
    subtitle = models.TextField(default="")
    url = models.TextField()
    subject_kind = models.TextField(default="")
    subject_id = models.TextField(default="")
    unit_key = models.TextField(default="")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.TextField(default="")
    outcome = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="processes_errand_key")]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="processes_errand_subject")]


class ErrandEntry(models.Model):
    """One line of an errand in somebody's list; boxes and holders as in ``Entry``."""

    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="entries")
    box = models.TextField()
    holder = models.TextField()
    sort_at = models.DateTimeField()
    excluded = ArrayField(models.BigIntegerField(), default=list)
    by_name = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["errand", "box", "holder"], name="processes_errand_line_once")]
        indexes = [models.Index(fields=["holder", "box", "sort_at", "errand"], name="processes_errand_list")]


class Command(models.Model):
    """An answered command by its idempotency key: a repeat gets the same answer and does nothing."""

    key = models.TextField(primary_key=True)
    kind = models.TextField()
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE)
    account_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    answer = models.JSONField(default=dict)
