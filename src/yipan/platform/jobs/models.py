"""Rows of the room: progress of long work. Jobs themselves are procrastinate's rows."""

from django.db import models


class Progress(models.Model):
    """One piece of long work. ``done``/``total`` count pieces; ``result`` is what its screen shows at the end."""

    STATES = (
        ("queued", "等待中"),
        ("running", "进行中"),
        ("done", "已完成"),
        ("failed", "失败"),
        ("stopped", "已停止"),
    )

    name = models.TextField()
    title = models.TextField()
    account_id = models.BigIntegerField(null=True)
    state = models.TextField(choices=STATES, default="queued")
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    note = models.TextField(default="")
    result = models.JSONField(default=dict)
    error = models.TextField(default="")
    stop_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-id"], name="jobs_progress_account")]

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
