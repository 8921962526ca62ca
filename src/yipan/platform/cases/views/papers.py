"""Staff: materials, documents, handwriting and the approval sheet of a case; who looked is logged."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from yipan.platform import calendar, documents, files, records
from yipan.platform.ui.access import needs

from .. import dossier, queries, sheets
from ..models import CaseDocument, CaseMaterial
from . import common


@needs("case.read")
def material(request: HttpRequest, case_id: int, material_id: int) -> HttpResponseBase:
    """A material's file, in the browser where its kind allows."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    row = CaseMaterial.objects.filter(case=case, pk=material_id).first()
    if row is None or row.file_id is None:
        raise queries.CaseNotFound
    return files.response(row.file_id, actor, ("case", str(case.pk)), purpose="办件办理", inline=True)


@needs("case.read")
def document(request: HttpRequest, case_id: int, document_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    wanted = CaseDocument.objects.filter(case=case, pk=document_id).first()
    if wanted is None or wanted.document_id is None:
        raise queries.CaseNotFound
    return documents.response(wanted.document_id, actor=actor, inline=True)


@needs("case.read")
def signature(request: HttpRequest, case_id: int, signature_id: int) -> HttpResponseBase:
    """The applicant's signature, given at the window."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    file_id = queries.signature_file(case, signature_id)
    if file_id is None:
        raise queries.CaseNotFound
    return files.response(file_id, actor, ("case", str(case.pk)))


@needs("case.read")
def opinion_image(request: HttpRequest, case_id: int, opinion_id: int) -> HttpResponseBase:
    """The picture of a handwritten opinion."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    return files.response(
        queries.opinion_image(case, opinion_id), actor, ("case", str(case.pk)), purpose="查看签批", inline=True
    )


@needs("case.read")
def sheet(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """审批表 as it stands now, to print at any time; the final one is a document of the concluded case."""
    actor, now = common.actor_of(request), calendar.now()
    case = queries.get_for_staff(case_id, actor)
    records.log_access(actor, ("case", str(case.pk)), ["申请人", "申请表", "审批意见"], "打印审批表")
    pdf = documents.render_pdf(
        "case/approval_sheet",
        sheets.full_approval_sheet(case, now),
        at=now,
        number=case.short_no or "",
        subject=("case", str(case.pk)),
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="approval-sheet-{case.short_no}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@needs("case.read")
def bound(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """案卷 of an ended case: everything in one PDF."""
    actor, now = common.actor_of(request), calendar.now()
    case = queries.get_for_staff(case_id, actor)
    if not dossier.ready(case):
        raise queries.CaseNotFound
    records.log_access(actor, ("case", str(case.pk)), ["申请人", "申请表", "材料", "审批意见"], "下载案卷")
    response = HttpResponse(dossier.bind(case, now=now), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="case-file-{case.short_no or case.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
