"""The three homes of staff: who enters, what is shown, and nothing that does not exist."""

import re

import pytest
from django.urls import Resolver404, resolve

pytestmark = pytest.mark.django_db
HOMES = {"/work/": "market.examiner", "/counter/": "hall.clerk1", "/admin/": "data.admin"}


def links(text):
    return {found.split("?")[0].split("#")[0] for found in re.findall(r'href="(/[^"]*)"', text)} - {""}


@pytest.mark.parametrize(("address", "login"), HOMES.items())
def test_a_home_opens_for_its_people_and_every_link_on_it_leads_somewhere(as_staff, address, login):
    response = as_staff(login).get(address)
    assert response.status_code == 200
    for link in links(response.content.decode()):
        if link.startswith("/static/"):
            continue
        try:
            resolve(link)
        except Resolver404:
            pytest.fail(f"{address} links to {link}, which is no page")


@pytest.mark.parametrize("address", HOMES)
def test_visitors_are_sent_to_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/login/")


def test_a_home_without_work_for_this_post_is_refused_in_words(as_staff):
    response = as_staff("market.examiner").get("/admin/")
    assert response.status_code == 403
    assert "没有“系统管理”中的工作" in response.content.decode()
    assert as_staff("data.admin").get("/counter/").status_code == 403


@pytest.mark.parametrize("address", [*HOMES, "/exports/"])
def test_citizens_have_no_work_here(client, district, address):
    from yipan.platform import calendar
    from yipan.platform.people.actions import citizens

    claims = {"sub": "s-1", "name": "黄家俊", "id_type": "10", "id_no": "440703199003070013", "level": "4"}
    account, _ = citizens.sign_in(claims, now=calendar.now())
    client.force_login(account, backend="yipan.platform.people.backend.AccountBackend")
    assert client.get(address).status_code == 403


def test_the_administration_says_what_needs_a_person(as_staff):
    """No worker has ever reported in a test database: the home must say so, not look well."""
    text = as_staff("data.admin").get("/admin/").content.decode()
    assert "项需要处理" in text
    assert "没有作业进程报告过" in text
    assert "PostgreSQL" in text


def test_the_window_may_reach_the_device_bridge(as_staff, settings):
    policy = as_staff("hall.clerk1").get("/counter/").headers["Content-Security-Policy"]
    assert settings.YIPAN_DEVICE_BRIDGE in policy
