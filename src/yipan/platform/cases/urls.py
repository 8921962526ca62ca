"""Addresses of cases: ``/apply`` and ``/my`` for citizens, ``/cases`` for staff, ``/progress`` for everybody."""

from django.urls import path

from yipan.platform.ui.access import needs

from .alerts import AlertList
from .listing import CaseList
from .views import applying, figures, handling, hearings, history, mine, papers, phrases, procedures, receiving

app_name = "cases"
urlpatterns = [
    path("apply/<slug:item_key>/", applying.begin, name="apply"),
    path("my/cases/", mine.mine, name="mine"),
    path("my/cases/<int:case_id>/", mine.one, name="mine_one"),
    path("my/cases/<int:case_id>/form/", applying.form, name="form"),
    path("my/cases/<int:case_id>/materials/", applying.materials, name="materials"),
    path("my/cases/<int:case_id>/materials/<int:material_id>/", applying.material, name="mine_material"),
    path("my/cases/<int:case_id>/confirm/", applying.confirm, name="confirm"),
    path("my/cases/<int:case_id>/discard/", applying.discard, name="discard"),
    path("my/cases/<int:case_id>/correct/", applying.submit_correction, name="submit_correction"),
    path("my/cases/<int:case_id>/withdraw/", mine.withdraw, name="withdraw"),
    path("my/cases/<int:case_id>/rate/", mine.rate, name="rate"),
    path("my/cases/<int:case_id>/urge/", mine.urge, name="urge"),
    path("my/cases/<int:case_id>/documents/<int:document_id>/", mine.document, name="mine_document"),
    path("counter/receive/", receiving.receive, name="receive"),
    path("counter/next/", receiving.next_client, name="next_client"),
    path("counter/cases/<int:case_id>/form/", receiving.form, name="counter_form"),
    path("counter/cases/<int:case_id>/materials/", receiving.materials, name="counter_materials"),
    path("counter/cases/<int:case_id>/materials/<int:material_id>/", receiving.material, name="counter_material"),
    path("counter/cases/<int:case_id>/correct/", receiving.correct, name="counter_correct"),
    path("counter/cases/<int:case_id>/confirm/", receiving.confirm, name="counter_confirm"),
    path("counter/cases/<int:case_id>/discard/", receiving.discard, name="counter_discard"),
    path("counter/cases/<int:case_id>/receipt/", receiving.receipt, name="counter_receipt"),
    path("counter/cases/<int:case_id>/documents/<int:document_id>/", receiving.document, name="counter_document"),
    path("progress/", mine.ask, name="ask"),
    path("cases/", needs("case.read")(CaseList.as_view()), name="list"),
    path("cases/alerts/", needs("case.check_genuine")(AlertList.as_view()), name="alerts"),
    path("cases/figures/", figures.page, name="figures"),
    path("admin/history/", history.upload, name="import"),
    path("admin/history/template.csv", history.template, name="import_template"),
    path("cases/phrases/", phrases.phrases, name="phrases"),
    path("cases/<int:case_id>/", handling.page, name="page"),
    path("cases/<int:case_id>/full/", handling.reveal, name="reveal"),
    path("cases/<int:case_id>/file/", papers.bound, name="dossier"),
    path("cases/<int:case_id>/sheet/", papers.sheet, name="sheet"),
    path("cases/<int:case_id>/tasks/<int:task_id>/complete/", handling.complete, name="complete"),
    path("cases/<int:case_id>/tasks/<int:task_id>/move/", handling.move, name="move"),
    path("cases/<int:case_id>/special/", procedures.ask_special, name="ask_special"),
    path("cases/<int:case_id>/special/<int:proposal_id>/approve/", procedures.approve_special, name="approve_special"),
    path("cases/<int:case_id>/special/<int:special_id>/end/", procedures.end_special, name="end_special"),
    path("cases/<int:case_id>/hearing/", hearings.staff, name="hearing"),
    path("my/cases/<int:case_id>/hearing/", hearings.own, name="mine_hearing"),
    path("hearings/", hearings.listed, name="hearings"),
    path("cases/<int:case_id>/extension/", procedures.ask_extension, name="ask_extension"),
    path("cases/<int:case_id>/extension/<int:extension_id>/", procedures.decide_extension, name="decide_extension"),
    path("cases/<int:case_id>/exception/", procedures.ask_exception, name="ask_exception"),
    path("cases/<int:case_id>/exception/<int:exception_id>/", procedures.decide_exception, name="decide_exception"),
    path("cases/<int:case_id>/rectify/", procedures.rectify, name="rectify"),
    path("my/cases/<int:case_id>/rate-again/", mine.rate_again, name="rate_again"),
    path("cases/<int:case_id>/verify/", procedures.verify, name="verify"),
    path(
        "cases/<int:case_id>/tolerance/<int:tolerance_id>/return/",
        procedures.return_tolerated,
        name="return_tolerated",
    ),
    path("cases/<int:case_id>/terminate/", procedures.terminate, name="terminate"),
    path("cases/<int:case_id>/materials/<int:material_id>/", papers.material, name="material"),
    path("cases/<int:case_id>/documents/<int:document_id>/", papers.document, name="document"),
    path("cases/<int:case_id>/opinions/<int:opinion_id>/image/", papers.opinion_image, name="opinion_image"),
]
