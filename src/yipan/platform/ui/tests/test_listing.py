"""The list component over a small real table: paging both ways, filters, views, batches, exports."""

import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.urls import include, path

from yipan.platform.ui import access, context, listing
from yipan.platform.ui.errors import Conflict
from yipan.platform.ui.listing import approval
from yipan.platform.ui.models import ListExport, SavedView

pytestmark = pytest.mark.django_db


class Parcel(models.Model):
    """A table of this test only."""

    name = models.TextField()
    state = models.TextField()
    arrived = models.DateField(null=True)
    fee = models.IntegerField()

    class Meta:
        app_label = "ui"
        managed = False
        db_table = "test_ui_parcel"


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    state: str
    arrived: date | None
    fee: int


STATES = (("new", "新收"), ("done", "办结"))


def narrow(parcels, filters):
    if "q" in filters:
        parcels = parcels.filter(name__contains=filters["q"])
    if "state" in filters:
        parcels = parcels.filter(state=filters["state"])
    if "arrived" in filters:
        between = filters["arrived"]
        if between.low:
            parcels = parcels.filter(arrived__gte=between.low)
        if between.high:
            parcels = parcels.filter(arrived__lte=between.high)
    if "fee" in filters:
        parcels = parcels.filter(fee__gte=filters["fee"].low or 0)
    return parcels


def run(request, key, reason):
    parcel = Parcel.objects.get(pk=key)
    Parcel.objects.filter(pk=key).update(state="done")
    if parcel.name.endswith("3"):
        raise listing.Refusal("材料不齐，不能签收")
    if parcel.name.endswith("4"):
        raise RuntimeError("wires crossed")
    return f"已签收，{reason}"


class Parcels(listing.ListPage):
    key = "test.parcels"
    title = "收件"
    columns = (
        listing.Column("name", "名称", sort=True, fixed=True, link=lambda row: f"/parcel/{row.id}/"),
        listing.Column("state", "状态", "status", tone=lambda row: "green", value=lambda row: dict(STATES)[row.state]),
        listing.Column("arrived", "到达", "day", sort=True),
        listing.Column("fee", "费用", "money", sort=True),
        listing.Column("id", "内部号", "number", shown=False),
    )
    filters = (
        listing.Text("q", "关键词"),
        listing.Choice("state", "状态", STATES),
        listing.DateRange("arrived", "到达日期"),
        listing.NumberRange("fee", "费用"),
    )
    default_order = "-arrived"
    page_size = 20
    batch = (listing.BatchAction("sign", "批量签收", run, reason="签收说明"),)
    base = "ui/base_staff.html"

    def query(self, request):
        return listing.TableQuery(
            Parcel.objects.all(), ["id", "name", "state", "arrived", "fee"],
            {"name": "name", "arrived": "arrived", "fee": "fee"}, narrow, lambda values: Row(**values), count_limit=50,
        )  # fmt: skip


@dataclass(frozen=True)
class Version:
    id: int
    name: str
    since: date | None


VERSIONS = tuple(
    Version(n, name, None if n == 3 else date(2021, 11, n % 4 + 1))
    for n, name in enumerate(("审批", "办理", "财政", "东西", "安全", "边界", "成果"), 1)
)


class Versions(listing.ListPage):
    """A list that is short by nature, with a button in each row."""

    key = "test.versions"
    title = "版本"
    columns = (
        listing.Column("name", "名称", sort=True, fixed=True),
        listing.Column("since", "生效", "day", sort=True),
        listing.Column("open", "操作", "action", value=lambda _row: "打开", link=lambda row: f"/version/{row.id}/"),
    )
    filters = (listing.Text("q", "名称"),)
    default_order = "name"
    page_sizes = (3, 20)
    page_size = 3

    def query(self, request):
        return listing.RowsQuery(lambda _filters: VERSIONS, lambda row, filters: filters.get("q", "") in row.name)


class People(Parcels):
    key = "test.people"
    title = "人员"
    personal = True
    columns = (
        listing.Column("name", "名称", sort=True, fixed=True, personal=True),
        listing.Column("state", "状态", value=lambda row: dict(STATES)[row.state]),
        listing.Column("arrived", "到达", "day", sort=True),
    )


def _actor(view):
    def with_actor(request):
        request.actor = SimpleNamespace(
            account_id=int(request.headers.get("X-Account", "7")), person_id=1, name="李敏", unit_id=1,
            unit_name="区市场监管局", post_id=1, post_name="科员",
        )  # fmt: skip
        return view(request)

    return with_actor


urlpatterns = [
    path("parcels/", _actor(access.public(Parcels.as_view())), name="parcels"),
    path("versions/", _actor(access.public(Versions.as_view())), name="versions"),
    path("people/", _actor(access.public(People.as_view())), name="people"),
    path("", include("yipan.platform.ui.urls")),
]


@pytest.fixture(autouse=True)
def parcels(settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(context, "_hooks", {})
    monkeypatch.setattr(listing.export, "_gate", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE test_ui_parcel (id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, name text NOT NULL,"
            " state text NOT NULL, arrived date, fee integer NOT NULL)"
        )
    first = date(2021, 11, 1)
    # Many rows share a day and some have none, so that paging must tell equal and empty values apart.
    return Parcel.objects.bulk_create(
        Parcel(
            name=f"件{n:03}", state="new" if n % 3 else "done", fee=n * 100,
            arrived=None if n % 9 == 0 else first + timedelta(days=n % 5),
        )
        for n in range(1, 71)
    )  # fmt: skip


def names(response):
    text = response.content.decode()
    return [part.split("<")[0].split(">")[1] for part in text.split('<a href="/parcel/')[1:]]


def link(response, relation):
    text = response.content.decode()
    if f'rel="{relation}"' not in text:
        return ""
    return text.split(f'rel="{relation}" href="')[1].split('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize("order", ["-arrived", "arrived", "name", "-name", "fee", "-fee"])
def test_pages_forward_and_back_show_every_row_once(client, order):
    pages, response = [], client.get("/parcels/", {"order": order})
    while True:
        pages.append(names(response))
        if not link(response, "next"):
            break
        response = client.get(link(response, "next"))
    assert [len(page) for page in pages] == [20, 20, 20, 10]
    seen = [name for page in pages for name in page]
    assert len(set(seen)) == 70
    field, descending = order.lstrip("-"), order.startswith("-")
    fields = {parcel.name: getattr(parcel, field) for parcel in Parcel.objects.all()}
    values = [fields[name] for name in seen]
    full = [value for value in values if value is not None]
    assert full == sorted(full, reverse=descending)
    assert values[: len(full)] == full, "rows without a value come last"
    backwards = [pages[-1]]
    while link(response, "prev"):
        response = client.get(link(response, "prev"))
        backwards.append(names(response))
    assert backwards[::-1] == pages


@pytest.mark.parametrize("order", ["-arrived", "arrived"])
def test_raw_sql_condition_agrees_with_the_queryset(order):
    query = Parcels().query(None)
    everything = query.page({}, after=None, before=None, limit=100, order=order)
    for at in (0, 10, 30, 60, 69):
        for side in ("after", "before"):
            place = {"after": None, "before": None, side: query.position(everything[at], order)}
            where, parameters, order_by = listing.condition("arrived", "id", order=order, **place)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT id FROM test_ui_parcel WHERE {where} ORDER BY {order_by} LIMIT 5", parameters)
                found = [row[0] for row in cursor.fetchall()]
            expected = [row.id for row in query.page({}, limit=5, order=order, **place)]
            assert (found if side == "after" else found[::-1]) == expected


def test_filters_narrow_and_count(client):
    text = client.get("/parcels/", {"state": "done", "arrived_from": "2021/11/1", "arrived_to": "2021年11月3日"})
    content = text.content.decode()
    expected = Parcel.objects.filter(state="done", arrived__range=(date(2021, 11, 1), date(2021, 11, 3)))
    assert sorted(names(text)) == sorted(p.name for p in expected)
    assert f"共 {expected.count()} 条" in content
    assert names(client.get("/parcels/", {"q": "０07"})) == ["件007"], "full-width digits are understood"
    assert "超过 50 条" in client.get("/parcels/").content.decode()
    assert "没有符合条件的记录" in client.get("/parcels/", {"q": "无"}).content.decode()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"arrived_from": "2021-13-01"}, "不是日期"),
        ({"arrived_from": "2021-11-05", "arrived_to": "2021-11-01"}, "起始不能大于截止"),
        ({"state": "lost"}, "请从列出的选项中选择"),
        ({"fee_from": "十元"}, "不是数字"),
        ({"fee_from": "1e99"}, "数字超出范围"),
        ({"q": "长" * 101}, "最多 100 个字"),
    ],
)
def test_a_filter_that_is_not_understood_is_explained_and_shows_no_rows(client, query, message):
    response = client.get("/parcels/", query)
    assert message in response.content.decode()
    assert names(response) == []
    assert client.get("/parcels/", {**query, "export": "csv"}).status_code == 400


def test_a_forged_page_address_is_refused(client):
    following = link(client.get("/parcels/"), "next")
    assert client.get(following.replace("after=", "after=x")).status_code == 400
    assert client.get(following.replace("/parcels/", "/people/")).status_code == 400, "made for another list"


def test_htmx_gets_the_list_only_and_its_address(client):
    response = client.get("/parcels/", {"state": "new"}, headers={"HX-Request": "true"})
    content = response.content.decode()
    assert content.lstrip().startswith('<div id="yp-list">')
    assert "<html" not in content
    assert response.headers["HX-Push-Url"] == "/parcels/?state=new"
    whole = client.get("/parcels/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()


def test_columns_are_remembered_per_account(client):
    assert ">内部号<" not in client.get("/parcels/").content.decode().split("<thead>")[1].split("</thead>")[0]
    client.post("/parcels/", {"do": "columns", "column": ["id", "fee", "evil"]})
    head = client.get("/parcels/").content.decode().split("<thead>")[1].split("</thead>")[0]
    assert "内部号" in head
    assert "到达" not in head
    assert "名称" in head, "a fixed column stays"
    other = (
        client.get("/parcels/", headers={"X-Account": "8"}).content.decode().split("<thead>")[1].split("</thead>")[0]
    )
    assert "内部号" not in other
    client.post("/parcels/", {"do": "columns:reset"})
    assert not SavedView.objects.exists()


def test_views_keep_filters_order_and_columns(client):
    saved = client.post("/parcels/?state=done&order=fee&after=junk", {"do": "keep", "name": "办结的"})
    assert saved.status_code == 400, "a damaged address saves nothing"
    saved = client.post("/parcels/?state=done&order=fee", {"do": "keep", "name": "办结的"})
    response = client.get(saved.headers["Location"])
    assert names(response)[0] == "件003"
    assert "办结的" in response.content.decode()
    view = SavedView.objects.get()
    assert "办结的" not in client.get("/parcels/", headers={"X-Account": "8"}).content.decode()
    client.post("/parcels/", {"do": f"drop:{view.id}"}, headers={"X-Account": "8"})
    assert SavedView.objects.count() == 1, "nobody deletes another's view"
    client.post("/parcels/", {"do": f"drop:{view.id}"})
    assert not SavedView.objects.exists()


def test_a_batch_asks_for_its_reason_and_answers_for_each_row(client):
    rows = [str(p.id) for p in Parcel.objects.filter(name__in=["件001", "件013", "件014"]).order_by("name")]
    asked = client.post("/parcels/", {"do": "batch:sign", "row": rows})
    assert "签收说明" in asked.content.decode()
    assert client.post("/parcels/", {"do": "batch:sign", "row": rows, "confirmed": "1"}).status_code == 422
    done = client.post("/parcels/", {"do": "batch:sign", "row": rows, "confirmed": "1", "reason": "当面清点"})
    content = done.content.decode()
    assert "办成 1 行，没有办成 2 行" in content
    assert "已签收，当面清点" in content
    assert "材料不齐，不能签收" in content
    assert "系统出错，没有办理" in content
    assert "wires crossed" not in content
    states = dict(Parcel.objects.filter(pk__in=rows).values_list("name", "state"))
    assert states == {"件001": "done", "件013": "new", "件014": "new"}, "refused rows are as they were"


def test_no_rows_chosen_is_said_after_the_redirect(client):
    response = client.post("/parcels/", {"do": "batch:sign"}, follow=True)
    assert "请先勾选要办理的行" in response.content.decode()
    assert "请先勾选要办理的行" not in client.get("/parcels/").content.decode()


def test_the_spreadsheet_has_the_rows_of_the_screen_and_says_what_it_is(client):
    Parcel.objects.filter(name="件002").update(name='=HYPERLINK("http://x")')
    response = client.get("/parcels/", {"state": "new", "order": "fee", "export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    lines = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert lines[0][0] == "收件"
    assert lines[1][0] == "筛选条件：状态：新收"
    assert lines[2][0].endswith("导出人：区市场监管局 李敏")
    assert lines[3][0] == "演示数据，均为虚构"
    assert lines[5][:4] == ["名称", "状态", "到达", "费用"]
    rows = lines[6:]
    assert len(rows) == Parcel.objects.filter(state="new").count()
    assert rows[0][:4] == ["件001", "新收", "2021-11-02", 1.0]
    formula = next(cell for row in book.active.iter_rows() for cell in row if str(cell.value).startswith("=HYPER"))
    assert formula.data_type == "s", "text stays text"
    assert "attachment" in response.headers["Content-Disposition"]


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(client):
    Parcel.objects.filter(name="件002").update(name="=1+1")
    content = b"".join(client.get("/parcels/", {"q": "=1", "export": "csv"}).streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert "'=1+1,新收,2021-11-03,2" in content.decode("utf-8-sig")


@pytest.fixture
def passed(monkeypatch):
    """A gate that lets everything pass and keeps (verb, export)."""
    found = []
    monkeypatch.setattr(listing.export, "_gate", lambda request, verb, export: found.append((verb, export)))
    monkeypatch.setattr(approval, "_reach", None)  # the rooms to the right are tested with their own tables
    monkeypatch.setattr(approval, "_watchers", [])
    context.provide("may", lambda request: lambda right: True)
    return found


def test_personal_lists_leave_nowhere_without_a_gate_and_only_as_a_spreadsheet(client):
    assert "含个人信息" in client.get("/people/", {"export": "xlsx"}).content.decode()
    assert client.post("/people/", {"do": "export:xlsx", "reason": "报送市局统计"}).status_code == 403
    assert client.get("/people/", {"print": "1"}).status_code == 403
    assert client.get("/people/", {"export": "csv"}).status_code == 400


def test_personal_data_leave_with_a_reason_after_approval_and_with_a_watermark(client, passed):
    assert client.post("/people/", {"do": "export:xlsx", "reason": " x "}).status_code == 422
    sent = client.post("/people/?state=done", {"do": "export:xlsx", "reason": "报送市局统计"})
    assert sent.headers["Location"] == "/exports/"
    asked = ListExport.objects.get()
    assert (asked.state, asked.filters, asked.fields) == ("waiting", "状态：办结", ["名称"])
    take = f"/people/?state=new&export=xlsx&approved={asked.pk}"
    assert client.get(take).status_code == 403, "not approved"
    with pytest.raises(PermissionDenied, match="自己"):
        approval.decide(request_of(7), asked.pk, approve=True, note="")
    with pytest.raises(Conflict):
        approval.decide(request_of(8, unit=2), asked.pk, approve=True, note="")
    approval.decide(request_of(8), asked.pk, approve=True, note="同意")
    with pytest.raises(Conflict):
        approval.decide(request_of(9), asked.pk, approve=False, note="晚了")
    assert client.get(take, headers={"X-Account": "8"}).status_code == 403, "approved for another person"
    response = client.get(take)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    lines = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert lines[1][0] == "筛选条件：状态：办结", "what was approved, whatever the address says now"
    assert f"DC{asked.pk:06}" in lines[4][0]
    heads = next(n for n, line in enumerate(lines) if line[0] == "名称")
    assert lines[heads][-1] == "水印"
    assert all("李敏" in line[-1] for line in lines[heads + 1 :])
    assert len(lines) - heads - 1 == Parcel.objects.filter(state="done").count()
    assert "李敏" in book.active.oddHeader.left.text
    assert [verb for verb, _ in passed] == ["ask", "take"]
    asked.refresh_from_db()
    assert asked.taken == 1
    ListExport.objects.update(decided_at=asked.decided_at - timedelta(days=8))
    assert client.get(take).status_code == 403, "approved too long ago"


def request_of(account, unit=1):
    """A request of another person, as the pages of approval get it."""
    return SimpleNamespace(
        actor=SimpleNamespace(account_id=account, unit_id=unit, unit_name="区市场监管局", name="何敏"), COOKIES={}
    )


def test_a_personal_list_on_paper_says_whose_it_is(client, passed):
    content = client.get("/people/", {"print": "1"}).content.decode()
    assert content.count("<span>区市场监管局 李敏") == 60
    assert [verb for verb, _ in passed] == ["print"]


def test_the_print_view_has_all_rows_and_says_who_and_when(client):
    content = client.get("/parcels/", {"print": "1"}).content.decode()
    assert content.count("<tr>") == 71
    assert "打印人：区市场监管局 李敏" in content


def test_statements_of_one_page_do_not_grow_with_its_rows(client, django_assert_max_num_queries):
    client.get("/parcels/")
    with django_assert_max_num_queries(4):  # views, rows, count, and nothing else but the session
        client.get("/parcels/", {"size": 50})


def walk(client, address, back=False):
    """The rows of every page, forward or backward, in the order of the pages that were opened."""
    pages = []
    while address:
        text = client.get(address).content.decode()
        pages.append(re.findall(r'yp-cell-title">([^<]+)</td>', text))
        found = re.search(rf'rel="{"prev" if back else "next"}" href="([^"]+)"', text)
        address = unescape(found[1]) if found else ""
    return pages, text


def test_a_list_that_is_short_by_nature_pages_and_sorts_like_every_other(client):
    by_name = ["安全", "办理", "边界", "财政", "成果", "东西", "审批"]
    pages, last = walk(client, "/versions/")
    assert [name for page in pages for name in page] == by_name
    back, _ = walk(client, unescape(re.search(r'rel="prev" href="([^"]+)"', last)[1]), back=True)
    assert [name for page in reversed(back) for name in page] == by_name[:6]
    days = [version for page in walk(client, "/versions/?order=-since")[0] for version in page]
    assert days[-1] == "财政", "a row without a day comes last"
    assert [version for page in walk(client, "/versions/?order=since")[0] for version in page][-1] == "财政"
    assert walk(client, "/versions/?q=成")[0] == [["成果"]]


def test_buttons_of_rows_stay_on_the_screen(client):
    assert '/version/1/">打开<span class="visually-hidden"> 审批' in client.get("/versions/?q=审批").content.decode()
    assert "打开" not in client.get("/versions/?print=1").content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(client.get("/versions/?export=xlsx").streaming_content))).active
    assert "操作" not in [cell.value for row in sheet.iter_rows() for cell in row]
    client.post("/versions/", {"do": "columns", "column": ["since"]})
    assert "打开" in client.get("/versions/").content.decode()
