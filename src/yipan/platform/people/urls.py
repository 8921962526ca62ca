"""Addresses of the room people."""

from django.urls import path

from yipan.platform.ui.access import needs, signed_in

from .views import citizens, confirm, duties, guardians, lists, me, signing_in, staff, units
from .views.units import MANAGE, REPORT

app_name = "people"
urlpatterns = [
    path("login/", signing_in.login, name="login"),
    path("login/password/", signing_in.new_password, name="new_password"),
    path("login/second/", signing_in.second_step, name="second_factor"),
    path("login/citizen/", citizens.begin, name="citizen_login"),
    path("login/citizen/callback/", citizens.callback, name="citizen_callback"),
    path("logout/", signing_in.logout, name="logout"),
    path("me/", me.profile, name="me"),
    path("me/post/", signing_in.switch, name="switch"),
    path("me/principal/", citizens.choose, name="choose"),
    path("me/password/", me.password, name="password"),
    path("me/confirm/", confirm.confirm, name="confirm"),
    path("me/second-factor/", me.second_factor_page, name="my_second_factor"),
    path("me/firm/agents/", citizens.agents, name="agents"),
    path("me/firm/agents/dismiss/", citizens.dismiss, name="dismiss_agent"),
    path("me/addresses/", me.own_addresses, name="addresses"),
    path("me/wards/", guardians.wards, name="wards"),
    path("me/wards/end/", guardians.end, name="end_guardianship"),
    path("me/invitations/", citizens.answer, name="answer_invitation"),
    path("me/absences/", signed_in(lists.AbsenceList.as_view()), name="absences"),
    path("admin/people/units/", needs(REPORT)(units.UnitList.as_view()), name="units"),
    path("admin/people/units/new/", units.unit_new, name="unit_new"),
    path("admin/people/units/<int:unit_id>/", units.unit, name="unit"),
    path("admin/people/units/<int:unit_id>/rename/", units.rename, name="unit_rename"),
    path("admin/people/units/<int:unit_id>/merge/", units.merge, name="unit_merge"),
    path("admin/people/units/<int:unit_id>/split/", units.split, name="unit_split"),
    path("admin/people/units/<int:unit_id>/sections/", units.add_section, name="section_new"),
    path("admin/people/units/<int:unit_id>/posts/", units.add_post, name="post_new"),
    path("admin/people/units/<int:unit_id>/roles/", units.grant, name="post_grant"),
    path("admin/people/units/<int:unit_id>/roles/revoke/", units.revoke, name="post_revoke"),
    path("admin/people/staff/", needs("people.manage")(staff.StaffList.as_view()), name="staff"),
    path("admin/people/staff/new/", staff.person_new, name="person_new"),
    path("admin/people/staff/import/", staff.import_list, name="import"),
    path("admin/people/staff/import/template/", staff.import_template, name="import_template"),
    path("admin/people/accounts/<int:account_id>/", staff.account, name="account"),
    path("admin/people/staff/<int:person_id>/", staff.person, name="person"),
    path("admin/people/staff/<int:person_id>/employ/", staff.employ, name="employ"),
    path("admin/people/staff/<int:person_id>/leave/", staff.leave, name="leave"),
    path("admin/people/staff/<int:person_id>/close/", staff.active, {"form": "close"}, name="account_close"),
    path("admin/people/staff/<int:person_id>/open/", staff.active, {"form": "open"}, name="account_open"),
    path("admin/people/staff/<int:person_id>/account/", staff.account_act, name="account_act"),
    path("admin/people/staff/<int:person_id>/roles/", staff.grant, name="person_grant"),
    path("admin/people/staff/<int:person_id>/roles/revoke/", staff.revoke, name="person_revoke"),
    path("admin/people/handovers/", needs(MANAGE)(lists.HandoverList.as_view()), name="handovers"),
    path("admin/people/handovers/<int:handover_id>/", duties.handover_page, name="handover"),
    path("admin/people/handovers/<int:handover_id>/sign/", duties.sign_handover, name="sign_handover"),
    path("admin/people/report/", needs("people.report")(lists.ReportList.as_view()), name="report"),
    path("admin/people/regions/", needs("people.report")(lists.RegionList.as_view()), name="regions"),
    path("admin/people/roles/", needs(REPORT)(lists.RoleList.as_view()), name="roles"),
]
