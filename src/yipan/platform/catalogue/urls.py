"""Addresses of items: guides for everybody, versions for administrators."""

from django.urls import path

from yipan.platform.ui.access import needs

from .upstream_listing import UpstreamList
from .views import admin, changes, guide, reports, situation, standing, upstream

app_name = "catalogue"
urlpatterns = [
    path("items/<slug:key>/", guide.item, name="item"),
    path("items/<slug:key>/print/", guide.printed, name="printed"),
    path("items/<slug:key>/materials/<slug:code>/sample.pdf", guide.paper, {"kind": "sample"}, name="sample"),
    path("items/<slug:key>/materials/<slug:code>/form.pdf", guide.paper, {"kind": "form"}, name="blank_form"),
    path("items/<slug:key>/report/", reports.report, name="report"),
    path("items/<slug:key>/situation/", situation.ask, name="situation"),
    path("items/<slug:key>/answers/<slug:token>/", situation.answered, name="answered"),
    path("themes/", guide.themes, name="themes"),
    path("themes/<slug:kind>/<slug:code>/", guide.theme, name="theme"),
    path("departments/", guide.departments, name="departments"),
    path("departments/<slug:key>/", guide.department, name="department"),
    path("admin/guide-reports/", needs(reports.MANAGE)(reports.ReportList.as_view()), name="reports"),
    path("admin/guide-reports/<int:report_id>/", reports.answer, name="answer_report"),
    path("admin/items/changes/", needs("catalogue.edit")(changes.ChangeList.as_view()), name="changes"),
    path("admin/items/changes/<int:draft_id>/", changes.change, name="change"),
    path("admin/items/national/<str:kind>", changes.national, name="national"),
    path("admin/items/import/", changes.take_in, name="take_in"),
    path("admin/items/upstream/", needs("catalogue.release")(UpstreamList.as_view()), name="upstream"),
    path("admin/items/upstream/<int:change_id>/", upstream.change, name="upstream_change"),
    path("callbacks/catalogue/", upstream.pushed, name="catalogue_callback"),
    path("admin/items/<slug:key>/standing/", standing.propose, name="standing"),
    path("admin/items/<slug:key>/change/", changes.begin, name="begin_change"),
    path("admin/items/", needs("catalogue.manage")(admin.ItemList.as_view()), name="items"),
    path("admin/items/<slug:key>/", admin.versions, name="versions"),
    path("admin/items/<slug:key>/<int:number>/", admin.version, name="version"),
]
