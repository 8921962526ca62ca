"""Posts of the peer: begin a case, complete one of its tasks."""

import json
import uuid
from functools import cache

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from .app import Specs
from .models import Case, Step


@cache
def specs() -> Specs:
    return Specs()


@require_POST
@login_required
def submit(request: HttpRequest) -> HttpResponse:
    workflow = specs().begin({"commitment": False, "inspection": False, "second_opinion": False})
    with transaction.atomic():
        case = Case.objects.create(
            number=uuid.uuid4().hex,
            applicant=request.POST["applicant"],
            state="precheck",
            workflow=json.dumps(specs().serializer.to_dict(workflow)),
        )
        Step.objects.create(case=case, name="submit", outcome="", opinion="", by=request.user)
    return HttpResponse(json.dumps({"id": case.pk}))


@require_POST
@login_required
def complete(request: HttpRequest, case_id: int, name: str) -> HttpResponse:
    from SpiffWorkflow.util.task import TaskState

    if name.partition("_")[0] not in set(request.user.groups.values_list("name", flat=True)):
        return HttpResponse(status=403)
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        workflow = specs().serializer.from_dict(json.loads(case.workflow))
        task = next(
            (t for t in workflow.get_tasks(state=TaskState.READY, manual=True) if t.task_spec.bpmn_id == name), None
        )
        if task is None:
            return HttpResponse(status=409)
        task.data[request.POST.get("variable", name)] = request.POST["outcome"]
        task.run()
        workflow.do_engine_steps()
        following = workflow.get_next_task(state=TaskState.READY, manual=True)
        case.state = following.task_spec.bpmn_id if following else "end"
        case.workflow = json.dumps(specs().serializer.to_dict(workflow))
        case.save()
        Step.objects.create(
            case=case, name=name, outcome=request.POST["outcome"], opinion=request.POST["opinion"], by=request.user
        )
    return redirect("/")


urlpatterns = [path("submit/", submit), path("cases/<int:case_id>/<slug:name>/", complete)]
