"""Stories of the demo for tests on real rows: every pack installed once per module, cases told step by step.

    @pytest.fixture(scope="module")
    def house(...): with district.standing(...): yield
    story = Story().submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00").until("decide", "2021-11-08 10:00")

Everything is done by calling the same actions as the screens.
"""

import contextlib
import copy
import io
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.test import Client
from pypdf import PdfReader

import yipan
from yipan.kernel.packs import read_yaml
from yipan.platform import calendar, files, people, processes, records
from yipan.platform.cases import items, stories
from yipan.platform.cases.actions import drafts
from yipan.platform.cases.models import Case, CaseDocument
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue.actions.publish import publish_item
from yipan.platform.catalogue.domain import ItemVersionText
from yipan.platform.catalogue.models import ItemVersion
from yipan.platform.documents.models import Document
from yipan.platform.jobs.testing import run_jobs
from yipan.platform.notices.models import Message
from yipan.platform.people import access, sessions
from yipan.platform.people.models import Account
from yipan.platform.records.models import ActPayload, ActRow

DEMO = Path(yipan.__file__).parent / "packs" / "demo_district" / "demo"
PEOPLE = {
    "precheck": "market.window1", "examine": "market.examiner", "inspect": "market.inspector1",
    "consult": "urban_management.opinion", "conclude": "market.examiner", "review": "market.reviewer",
    "decide": "market.decider", "produce": "market.producer", "deliver": "market.deliverer",
}  # fmt: skip
# What is done on the way of a story that meets no obstacle.
SMOOTH: dict[str, dict[str, Any]] = {
    "precheck": {"outcome": "accept", "opinion": "材料齐全，符合法定形式，同意受理。"},
    "examine": {"opinion": "材料符合要求。"},
    "consult": {"outcome": "agree", "opinion": "无不同意见。"},
    "inspect": {
        "outcome": "qualified", "opinion": "现场与布局图一致。",
        "data": {"second_officer": "林佩珊", "place": "建设路21号首层"},
    },
    "conclude": {"outcome": "qualified", "opinion": "符合许可条件，建议准予许可。"},
    "review": {"outcome": "pass", "opinion": "同意审查意见。"},
    "decide": {"outcome": "grant", "opinion": "同意，准予许可。"},
    "produce": {},
    "deliver": {"data": {"way": "counter"}},  # receiver and document: of whoever applied
}  # fmt: skip
CITIZEN = {
    "sub": "gd-0002", "name": "李晓敏", "id_type": "10", "id_no": "44070319850615234X", "phone": "13800002002",
    "level": "L3",
}  # fmt: skip
AGENT = CITIZEN | {
    "user_type": "entity",
    "entity": {"name": "江门市蓬江区悦来宾馆有限公司", "credit_code": "91440703MA9Q100100", "legal_rep": "陈悦来"},
    "agent_relation": "agent",
}


@contextlib.contextmanager
def standing(*, at: str = "2021-10-08 09:00", committed: bool = False) -> Iterator[None]:
    """All packs of the product with the demo's people, files in a folder of their own; gone afterwards.

    The caller has unblocked the database. ``committed``: for tests whose threads have connections of their own.
    """
    from databases import filled
    from district import forget
    from django.db import transaction
    from django.test.utils import override_settings

    from yipan.platform.publishing import actions

    def install() -> None:
        calendar.set_clock(moment(at), frozen=True)
        actions.install(actions.built_in_folders(with_demo=True), actor=records.SYSTEM, at=moment(at))

    with tempfile.TemporaryDirectory() as folder, override_settings(**_storage(folder)):
        forget()
        try:
            with filled("packs_" + "".join(filter(str.isdigit, at)), install, commits=committed):
                forget()
                if committed:
                    yield
                else:
                    with transaction.atomic():
                        yield
                        transaction.set_rollback(True)
        finally:
            forget()


def _storage(folder: str) -> dict[str, Any]:
    from django.conf import settings

    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    return {"STORAGES": {**settings.STORAGES, "default": local}}


@cache
def _told() -> dict[str, dict[str, Any]]:
    read = read_yaml((DEMO / "cases.yaml").read_text(), "demo/cases.yaml").value
    return {story["key"]: story for story in read["stories"]}


@cache
def sample() -> bytes:
    return (DEMO / "sample.pdf").read_bytes()


def at(text: str) -> None:
    """Business time stands still at a moment."""
    calendar.set_clock(moment(text), frozen=True)


def staff(login: str) -> records.Actor:
    return people.queries.actor_of(login)


def promise(days: int, since: str) -> int:
    """Publish the food licence anew with another promised limit; the number of the version."""
    data = ItemVersion.objects.get(key="food_licence_new", number=1).data
    changed = data | {
        "promised_limit": {"amount": days, "unit": "working_days", "explain": "压缩承诺时限"}, "effective_from": since,
    }  # fmt: skip
    text = ItemVersionText(date.fromisoformat(since), f"承诺时限改为 {days} 个工作日", changed)
    (published,) = publish_item([text], actor=records.SYSTEM, at=moment(f"{since} 00:00"))
    return published.number


def citizen(claims: dict[str, Any]) -> records.Actor:
    """A citizen as he acts."""
    return people.queries.actor_of_subject(claims)


def text_of(pdf: bytes) -> str:
    """What a PDF says, without line breaks."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


def signed_in(who: str | dict[str, Any]) -> Client:
    """A browser of a member of staff (login), or of a citizen (claims of the identity service)."""
    client, entity = Client(), None
    if isinstance(who, str):
        account = Account.objects.get(login=who)
    else:
        account, entity = people.citizens.sign_in(who, now=calendar.now())
    client.force_login(account, backend="yipan.platform.people.backend.AccountBackend")
    session = client.session
    session[access.FIRM_IN_SESSION] = entity
    session[sessions.FRESH] = int(time.time())
    session.save()
    return client


class Story:
    """One application of the demo, told step by step; ``place`` makes it another application of the same firm."""

    numbers = iter(range(1, 1_000_000))

    def __init__(self, key: str = "noodle_granted", *, place: str = "", online: bool = False, **changes: Any) -> None:
        told = copy.deepcopy(_told()[key]) | changes
        self.number = next(self.numbers)
        told["key"] = f"{key}-{self.number}"
        told["steps"] = []
        told["form"]["premises"]["detail"] = place or f"建设路{self.number}号首层"
        if online:
            told |= {"channel": "online", "claims": AGENT}
        self.telling = stories.Telling(told, sample())

    # -- telling -------------------------------------------------------------------------------------------------
    def happen(self, do: str, at: str, **step: Any) -> None:
        """One step at a moment of business time."""
        calendar.set_clock(moment(at), frozen=True)
        stories.happen(self.telling, {"do": do, "at": at, **step}, moment(at))

    def begin(self, at: str) -> "Story":
        self.happen("begin", at)
        return self

    def draft(self, at: str) -> "Story":
        """Open the draft only; nothing is filled in."""
        calendar.set_clock(moment(at), frozen=True)
        stories.begin_draft(self.telling, moment(at))
        return self

    def finish(self, at: str, *, without: str = "") -> "Story":
        """Fill in and hand in everything but one material."""
        calendar.set_clock(moment(at), frozen=True)
        left = self.case.materials.filter(code=without)
        left.update(required=False)
        stories.complete_draft(self.telling, self.case, moment(at))
        left.update(required=True)
        return self

    def submit(self, at: str) -> "Story":
        if not self.telling.case_id:
            self.happen("begin", at)
        self.happen("submit", at)
        return self

    def do(self, act: str, at: str, by: str = "", **step: Any) -> "Story":
        """A task of the process, as on the smooth way unless told otherwise."""
        who = by or ("" if act == "correct" else PEOPLE[act])
        told = {**SMOOTH.get(act, {}), **step}
        if act == "deliver":
            told["data"] = self.receiver() | told["data"]
        self.happen(act, at, **({"by": who} if who else {}), **told)
        return self

    def receiver(self) -> dict[str, str]:
        """Who takes the result at the window, as the desk writes it down."""
        told = self.telling.told
        who = told["client"] if stories.at_counter(self.telling) else told["claims"]
        return {"receiver": who["name"], "id_no": who["id_no"]}

    def replace(self, code: str, at: str) -> "Story":
        """The applicant (or the clerk for him) hands in a material anew."""
        calendar.set_clock(moment(at), frozen=True)
        drafts.attach(
            self.telling.case_id, code, file=io.BytesIO(sample()), name=f"{code}.pdf",
            actor=stories.receiver(self.telling), now=moment(at),
        )  # fmt: skip
        return self

    def fill(self, at: str, **answers: Any) -> "Story":
        """The form is filled in anew, with other answers."""
        calendar.set_clock(moment(at), frozen=True)
        told = self.telling.told
        told["form"] |= answers
        case = self.case
        stories.fill_form(case, items.terms(case), told, stories.receiver(self.telling), moment(at))
        return self

    def until(self, last: str, at: str) -> "Story":
        """The smooth way from where the case stands to and with an act, all at one moment."""
        for act in SMOOTH:
            if act == "deliver":
                self.make_licence(at)
            if self.open(act):
                self.do(act, at)
            if act == last:
                return self
        raise AssertionError(f"{last} is no act of the smooth way")

    def make_licence(self, at: str) -> None:
        """What the worker does after 制证."""
        calendar.set_clock(moment(at), frozen=True)
        run_jobs()

    def open(self, act: str) -> bool:
        return processes.queries.open_task(self.subject, act=act) is not None

    # -- looking -------------------------------------------------------------------------------------------------
    def verbs(self) -> list[str]:
        """The acts of the case's chain, oldest first."""
        return [row.verb.removeprefix("case.") for row in self.acts()]

    def acts(self) -> list[ActRow]:
        return list(ActRow.objects.filter(chain_kind="case", chain_key=self.subject[1]).order_by("seq"))

    def payload(self, verb: str) -> dict[str, Any]:
        """What the newest act of a verb carries."""
        act = next(row for row in reversed(self.acts()) if row.verb == f"case.{verb}")
        return json.loads(ActPayload.objects.get(act_id=act.pk).body)["payload"]

    def told(self, template: str) -> list[Message]:
        """Messages about the case."""
        found = Message.objects.filter(subject_kind="case", subject_id=self.subject[1], template_key=template)
        return list(found.order_by("id"))

    def letters(self, kind: str) -> list[CaseDocument]:
        return list(CaseDocument.objects.filter(case_id=self.telling.case_id, kind=kind))

    def printed(self, kind: str) -> str:
        """The text of the newest letter of a kind as its PDF says it, without line breaks."""
        run_jobs()
        letter = self.letters(kind)[-1]
        assert letter.document_id is not None, f"{kind} was not made"
        paper = Document.objects.get(pk=letter.document_id)
        assert paper.draft_file_id is not None, paper.last_error
        return text_of(files.read(paper.draft_file_id, ("document", paper.pk)))

    @property
    def subject(self) -> tuple[str, str]:
        return ("case", str(self.telling.case_id))

    @property
    def place(self) -> str:
        """The premises, which are the object of the application."""
        return self.telling.told["form"]["premises"]["detail"]

    @property
    def address(self) -> str:
        """The applicant's page."""
        return f"/my/cases/{self.telling.case_id}/"

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.telling.case_id)
