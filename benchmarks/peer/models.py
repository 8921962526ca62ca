"""Tables of the peer: a case with its workflow, and the log of its steps."""

from django.conf import settings
from django.db import models


class Case(models.Model):
    number = models.CharField(max_length=40, unique=True)
    applicant = models.CharField(max_length=100)
    state = models.CharField(max_length=40)
    workflow = models.TextField()  # jsonb would lose the order of tasks, which the serializer needs
    changed = models.DateTimeField(auto_now=True)


class Step(models.Model):
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    name = models.CharField(max_length=40)
    outcome = models.CharField(max_length=40)
    opinion = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
