"""The portal's home shows what the packs put there and only what exists."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.urls import include, path

import yipan
from yipan.kernel.packs import InstallContext, PackFile, read_pack
from yipan.platform import calendar, records
from yipan.platform.ui import context, site
from yipan.platform.ui.access import public

from .. import content, views

pytestmark = pytest.mark.django_db
CORE = Path(yipan.__file__).parent / "packs" / "core"


@public
def _page(request, **_arguments):
    return HttpResponse("ok")


urlpatterns = [
    path("", include("yipan.faces.portal.urls")),
    path("", include("yipan.platform.ui.urls")),
    path("items/", include(([path("<slug:key>/", _page, name="item")], "catalogue"))),
    path("search/", include(([path("", _page, name="results")], "search"))),
    path("progress/", include(([path("", _page, name="ask"), path("mine/", _page, name="mine")], "cases"))),
]


def items_of_packs():
    """The packs' items as the catalogue would give them."""
    for file in sorted(CORE.parent.glob("*/items/*.yaml")):
        fields = PackFile("x", f"items/{file.name}", file.read_bytes()).document.fields()
        yield SimpleNamespace(**{name: fields.text(name) for name in ("key", "title", "summary")})


@pytest.fixture(autouse=True)
def installed(settings, monkeypatch):
    monkeypatch.setattr(views, "_in_catalogue", lambda: {item.key: item for item in items_of_packs()})
    settings.ROOT_URLCONF = __name__
    pack = read_pack(CORE)
    at = InstallContext(pack.manifest, records.SYSTEM, calendar.now())
    for loader in (site.SiteLoader(), content.PortalLoader()):
        for file in pack.folder(loader.folder):
            assert loader.check(file) == []
            loader.install(file, at)
    yield
    site.forget()


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_home_page_leads_to_what_people_look_for(client):
    """Sheet 23 c1: one big search box with hot words, themes, hot items, progress, announcements, footer."""
    text = text_of(client.get("/"))
    assert 'action="/search/"' in text
    assert 'href="/search/?q=%E5%A4%B1%E4%B8%9A%E7%99%BB%E8%AE%B0"' in text, "a hot word searches"
    assert 'href="/items/food_licence_new/"' in text
    assert 'action="/progress/"' in text
    assert "/announcements/spring-holiday/" in text
    assert "12345" in text
    assert 'href="https://www.gdzwfw.gov.cn/"' in text
    assert 'href="/pages/privacy/"' in text


def test_a_guesthouse_names_both_items_it_requires(client):
    """The hint on the home page and its page: a guesthouse with a restaurant needs two permits, a café only one."""
    assert "/one-thing/open_guesthouse/" in text_of(client.get("/"))
    text = text_of(client.get("/one-thing/open_guesthouse/"))
    assert text.index("/items/public_place_hygiene_new/") < text.index("符合下面情况的")
    assert text.index("/items/food_licence_new/") < text.index("符合下面情况的")
    assert "国发〔2016〕12号" in text


def test_a_topic_lists_its_items_with_what_they_are(client):
    text = text_of(client.get("/topics/shop/"))
    assert "食品经营许可（新办）" in text
    assert 'href="/items/outdoor_advertising/"' in text


def test_an_item_that_left_the_catalogue_is_linked_no_more(client, monkeypatch):
    monkeypatch.setattr(views, "_in_catalogue", dict)
    for address in ("/", "/topics/shop/", "/one-thing/open_guesthouse/", "/elder/"):
        assert "/items/" not in text_of(client.get(address))


def test_entries_without_a_page_are_not_shown(client, settings):
    settings.ROOT_URLCONF = "yipan.faces.portal.tests.bare_urls"
    text = text_of(client.get("/"))
    assert "/items/" not in text
    assert 'role="search"' not in text
    assert "查询码" not in text


def test_standing_pages_answer_and_unknown_ones_do_not(client):
    for address in ("/announcements/", "/announcements/online-food-licence/", "/pages/accessibility/", "/map/"):
        assert "<h1>" in text_of(client.get(address))
    for address in ("/announcements/none/", "/pages/none/", "/topics/none/", "/one-thing/none/"):
        assert client.get(address).status_code == 404


def test_the_elderly_version_is_large_from_the_first_visit_and_stays_so(client):
    """Sheet 23 c10: 6–8 large entries, a telephone number, the choice is remembered."""
    response = client.get("/elder/")
    text = text_of(response)
    assert 'data-size="large"' in text
    assert 6 <= text.count('class="yp-tile"') <= 8
    assert 'href="tel:12345"' in text
    assert 'data-size="large"' in text_of(client.get("/")), "remembered"
    client.post("/display/", {"size": "normal", "next": "/"})
    assert 'data-size="normal"' in text_of(client.get("/"))


def test_only_the_signed_in_see_their_cases(client, monkeypatch):
    from yipan.platform.ui import home

    monkeypatch.setattr(home, "_panels", {})
    home.panel("portal", "mine", template="ui/list_parts.html", values=lambda request: None)
    home.panel("portal", "secret", template="ui/none.html", values=lambda request: {}, right="nobody.has")
    monkeypatch.setattr(context, "_hooks", {})
    text_of(client.get("/"))


def test_the_home_of_an_applicant_shows_the_own_cases_only():
    from yipan.platform.people.access import Principal

    from .. import registrations

    of = {"item_code": "x", "item_version": 1, "unit_id": 1, "unit_key": "market", "unit_name": "市监局"}
    of |= {"applicant_kind": "person", "created_at": calendar.now(), "item_key": "food-new"}
    Case = apps.get_model("cases", "Case")
    for person, title in ((7, "食品经营许可"), (8, "公共场所卫生许可")):
        Case.objects.create(**of, item_title=title, applicant_name="李晓敏", applicant_person_id=person)
    shown = registrations.my_cases(SimpleNamespace(principal=Principal(1, 7, "李晓敏", 3)))
    assert shown["name"] == "李晓敏"
    assert [row.item_title for row in shown["rows"]] == ["食品经营许可"]
    assert registrations.my_cases(SimpleNamespace(principal=None)) is None


def test_robots_keep_out_of_personal_pages(client):
    text = text_of(client.get("/robots.txt"))
    assert "Disallow: /my/" in text
    assert "Disallow: /progress/" in text


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("elder: [{title: 无处可去}]", "要写明一个去处"),
        ("hot: [{title: 两处, item: a, tel: '1'}]", "要写明一个去处"),
        ("hot: [{title: 外站, url: 'https://evil.example/'}]", "以“/”开头"),
        ("pages: [{key: A B, title: x, paragraphs: [y]}]", "只能用小写字母"),
        ("pages: [{key: a, title: x, paragraphs: [y]}, {key: a, title: x, paragraphs: [y]}]", "重复"),
        ("topics: [{key: a, title: x, audience: pets, items: []}]", "不在可选范围"),
        ("news: []", "不认识的项"),
        ("elder: [" + ", ".join("{title: x, tel: '1'}" for _ in range(9)) + "]", "最多 8 个入口"),
    ],
)
def test_faults_of_content_are_explained(yaml, message):
    file = PackFile("core", "portal/portal.yaml", yaml.encode())
    assert any(message in finding.message for finding in content.PortalLoader().check(file))
