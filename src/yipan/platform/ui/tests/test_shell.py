"""The shell: policy and request id on every answer, error pages, display kept in a cookie, navigation by rights."""

import json
import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from yipan.platform.ui import access, context, errors, middleware, navigation, rendering


@access.public
def _conflict(request):
    raise errors.Conflict("办件已由李敏受理")


@access.public
def _broken(request):
    raise RuntimeError("secret detail")


@middleware.device_bridge
@access.public
def _counter(request):
    return HttpResponse("ok")


@access.public
def _busy(request):
    raise errors.TooManyRequests(retry_after=30)


pytestmark = pytest.mark.django_db

urlpatterns = [
    path("", include("yipan.platform.ui.urls")),
    path("conflict/", _conflict, name="conflict"),
    path("broken/", _broken),
    path("busy/", _busy),
    path("counter-page/", _counter),
    path("api/conflict/", _conflict),
]
handler404 = "yipan.platform.ui.errors.not_found"
handler500 = "yipan.platform.ui.errors.server_error"


@pytest.fixture
def own_urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.mark.usefixtures("own_urls")
def test_every_answer_has_the_policy_and_an_id(client):
    for address in ("/conflict/", "/nothing-here/", "/busy/"):
        response = client.get(address)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-ID"])
        assert response.headers["X-Request-ID"] in response.content.decode()


@pytest.mark.usefixtures("own_urls")
def test_only_counter_pages_reach_the_device_bridge(client, settings):
    assert settings.YIPAN_DEVICE_BRIDGE in client.get("/counter-page/").headers["Content-Security-Policy"]
    assert settings.YIPAN_DEVICE_BRIDGE not in client.get("/conflict/").headers["Content-Security-Policy"]


@pytest.mark.usefixtures("own_urls")
def test_a_well_formed_id_of_the_proxy_is_kept_and_a_forged_one_is_not(client):
    assert client.get("/conflict/", headers={"X-Request-ID": "edge-0123456789"}).headers["X-Request-ID"] == (
        "edge-0123456789"
    )
    forged = client.get("/conflict/", headers={"X-Request-ID": "<b>x</b>\n1234567"})
    assert re.fullmatch(r"[0-9a-f]{16}", forged.headers["X-Request-ID"])


@pytest.mark.usefixtures("own_urls")
def test_error_pages_say_what_happened_and_never_more(client):
    conflict = client.get("/conflict/")
    assert conflict.status_code == 409
    assert "办件已由李敏受理" in conflict.content.decode()
    client.raise_request_exception = False
    broken = client.get("/broken/")
    assert broken.status_code == 500
    assert "系统出错了" in broken.content.decode()
    assert "secret detail" not in broken.content.decode()
    busy = client.get("/busy/")
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "30")
    assert client.get("/none/").status_code == 404


@pytest.mark.usefixtures("own_urls")
def test_programs_get_json(client):
    body = json.loads(client.get("/api/conflict/").content)
    assert body["message"] == "办件已由李敏受理"
    assert len(body["request_id"]) == 16


@pytest.mark.usefixtures("own_urls")
def test_display_is_remembered_and_drawn_by_the_server(client):
    back = client.post("/display/", {"size": "large", "next": "/conflict/"})
    assert back.headers["Location"] == "/conflict/"
    assert 'data-size="large"' in client.get("/conflict/").content.decode()
    client.post("/display/", {"contrast": "high", "next": "/"})
    page = client.get("/conflict/").content.decode()
    assert 'data-size="large"' in page
    assert 'data-contrast="high"' in page
    client.post("/display/", {"size": "huge"})
    assert 'data-size="large"' in client.get("/conflict/").content.decode()


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
@pytest.mark.usefixtures("own_urls")
def test_the_way_back_stays_in_the_house(client, target):
    assert client.post("/display/", {"size": "large", "next": target}).headers["Location"] == "/"


@pytest.fixture
def clean_registry(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(context, "_hooks", {})


@pytest.mark.usefixtures("own_urls", "clean_registry")
def test_menu_shows_what_exists_and_what_one_may_open():
    """Sheet 23 c1: entries that lead nowhere are not there."""
    navigation.register("workbench", "我的工作", "冲突", "conflict", order=2)
    navigation.register("workbench", "我的工作", "首项", "conflict", order=1, badge=lambda request: 3)
    navigation.register("workbench", "配置", "未建成", "rooms:unbuilt")
    navigation.register("workbench", "配置", "仅管理员", "conflict", right="admin.only")
    request = RequestFactory().get("/conflict/")
    groups = navigation.menu(request, "workbench")
    assert [(g.title, [e.title for e in g.entries]) for g in groups] == [("我的工作", ["首项", "冲突"])]
    assert groups[0].entries[0].badge == 3
    assert groups[0].entries[0].current
    context.provide("may", lambda request: lambda right: right == "admin.only")
    request = RequestFactory().get("/conflict/")
    assert [g.title for g in navigation.menu(request, "workbench")] == ["我的工作", "配置"]


def test_demo_databases_are_marked_on_every_page(settings):
    values = {"status": 404, "explanation": errors.EXPLANATIONS[404], "message": ""}
    request = RequestFactory().get("/")
    settings.ENVIRONMENT = "demo"
    assert "演示环境" in rendering.to_text(request, "ui/error.html", values, bare=True)
    settings.ENVIRONMENT = "production"
    assert "演示" not in rendering.to_text(request, "ui/error.html", values, bare=True)


def test_unknown_hooks_and_faces_are_refused():
    with pytest.raises(ValueError, match="no hook"):
        context.provide("weather", lambda request: 1)
    with pytest.raises(ValueError, match="no face"):
        navigation.register("garden", "x", "y", "z")
