"""The journey of a case over HTTP, from submission to delivery: ours, bare SQL, and SpiffWorkflow with Django.

    .venv/bin/python benchmarks/journey.py [--clients 4] [--cases 40] [--rounds 3] [--departments 1]

One run, one machine, one PostgreSQL (embedded, durable), the players in turn. 高龄津贴 goes through the shared process
of 承诺件: submit, precheck, examine, conclude, review, decide, produce, deliver: eight posts, each by its own officer.
``--departments 8`` has four stages in its place, in each of which as many departments examine in parallel (联合审批).

- yipan: the product as it is served (granian, two web processes), each post with session, rights, act, chain, events
- bare SQL: every statement of those very posts, recorded and sent again for other cases over plain connections
- SpiffWorkflow + Django: ``peer``, served by the same server with as many processes; its state in one row

Pages that are only read (to-do, case page) are counted apart. What a worker does afterwards belongs to no player.
"""

import argparse
import contextlib
import os
import queue
import re
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests/support"), str(ROOT / "benchmarks")]

import httpx  # noqa: E402
from cases import resident_id  # noqa: E402
from on_rows import database  # noqa: E402
from recording import Atom, Recorder, Statement, far_ids, send  # noqa: E402

ITEM = "senior_allowance"
STEPS = ("submit", "precheck", "examine", "conclude", "review", "decide", "produce", "deliver")
STAGES = 4
MODEL = ROOT / "src/yipan/packs/core/processes/general_approval.bpmn"
TOKEN = "b" * 32
Play = Callable[[], Iterator[tuple[str, float]]]


@dataclass(slots=True)
class Measured:
    """Cases a second of each round, and the seconds of every step."""

    rates: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def row(self, name: str) -> str:
        every = sorted(one for times in self.steps.values() for one in times)
        p50, p95 = statistics.median(every), every[int(len(every) * 0.95)]
        return f"| {name} | {statistics.median(self.rates):.1f} | {1000 * p50:.1f} | {1000 * p95:.1f} |"


def jointly(xml: str, departments: int) -> str:
    """The model with four stages in place of the one examination, so many departments in parallel in each."""
    xml = re.sub(r"  <bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>\n", "", xml, flags=re.S)
    task = re.search(r'    <bpmn:userTask id="examine".*?</bpmn:userTask>\n', xml, re.S)
    assert task is not None
    xml = xml.replace(task[0], "")
    xml = re.sub(r".*<bpmn:(?:in|out)coming>to_(?:examine_from_split|joined_from_examine)<.*\n", "", xml)
    xml = re.sub(r'.*<bpmn:sequenceFlow id="to_(?:examine_from_split|joined_from_examine)".*\n', "", xml)
    opening = re.sub(r"\n.*", "", task[0].strip())
    parts, before = [], "split"
    for stage in range(STAGES):
        last = stage == STAGES - 1
        split = before if stage == 0 else f"split_{stage}"
        join = "joined" if last else f"joined_{stage}"
        parts += [] if stage == 0 else [f'<bpmn:parallelGateway id="{split}"/>', _flow(before, split)]
        parts += [] if last else [f'<bpmn:parallelGateway id="{join}"/>']
        for branch in range(departments):
            name = f"examine_{stage}_{branch}"
            parts.append(opening.replace('id="examine"', f'id="{name}"') + "</bpmn:userTask>")
            parts += [_flow(split, name), _flow(name, join)]
        before = join
    xml = xml.replace("precheck examine conclude", "precheck conclude")  # who may not decide names the one task
    return xml.replace("  </bpmn:process>", "\n".join(parts) + "\n  </bpmn:process>")


def _flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


# -- ours ------------------------------------------------------------------------------------------------------------
class Ours:
    """Drafts that are ready to be submitted, and the posts that carry one to its delivery."""

    def __init__(self, drafts: int, model: bytes | None) -> None:
        import any_item
        import telling
        from django.conf import settings

        from yipan.platform import calendar, catalogue, processes
        from yipan.platform.people import clients
        from yipan.platform.publishing import actions
        from yipan.platform.records import SYSTEM

        settings.ALLOWED_HOSTS = ["*"]
        self.now = calendar.now()
        actions.install(actions.built_in_folders(with_demo=True), actor=SYSTEM, at=self.now)
        if model:
            processes.deploy(model, key="general_approval", actor=SYSTEM, at=self.now)
        far_ids()
        item = catalogue.queries.item_at(ITEM, self.now).item
        self.unit, self.smooth, self.officer = item.unit, any_item.SMOOTH, any_item.officer
        self.cases: queue.Queue[int] = queue.Queue()
        self.documents: dict[int, str] = {}
        for number in range(drafts):
            told = {
                "kind": "person", "firm_name": "", "firm_code": "", "legal_rep": "", "name": "黄家俊",
                "id_no": resident_id(number + 1), "phone": "13800003001",
            }  # fmt: skip
            found = clients.register(told, actor=telling.staff(any_item.CLERK), at=self.now)
            applicant = any_item.Applicant("person", found.person_name, "", found.person_id, None, None, "", None)
            case = any_item.drafted(item, any_item.answers_of(item, False), self.now, applicant)
            self.cases.put(case.pk)
            self.documents[case.pk] = told["id_no"]
            if number % 50 == 49:
                print(f"… {number + 1} drafts", file=sys.stderr)
        self.sessions = {step: self._session(self.login(step)) for step in STEPS}

    def login(self, step: str) -> str:
        import any_item

        return any_item.CLERK if step == "submit" else self.officer(self.unit, step)

    def _session(self, login: str) -> dict[str, str]:
        import telling
        from django.conf import settings

        client = telling.signed_in(login)
        return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value, "csrftoken": TOKEN}

    def post_of(self, step: str, case: int, task: int) -> tuple[str, dict[str, str]]:
        """Address and fields of one post."""
        fields: dict[str, str] = {"csrfmiddlewaretoken": TOKEN, "key": secrets.token_hex(16)}
        if step == "submit":
            return f"/counter/cases/{case}/confirm/", fields | {"agree": "1"}
        told = self.smooth[step]
        fields |= {name: str(told[name]) for name in ("outcome", "opinion") if name in told}
        if step == "deliver":  # handed over at the window, whose clerk looks at the receiver's document
            fields |= {"receiver": "黄家俊", "id_no": self.documents[case], "relation": "self"}
        return f"/cases/{case}/tasks/{task}/complete/", dict(told.get("data", {})) | fields


def open_task(connection: Any, case: int) -> tuple[int, str]:
    """The first open task of a case and its act; "" when there is none."""
    sql = (
        "SELECT t.id, t.act FROM processes_task t JOIN processes_instance i ON i.id = t.instance_id"
        " WHERE i.subject_kind = 'case' AND i.subject_id = %s AND t.ended_at IS NULL ORDER BY t.id"
    )
    row = connection.execute(sql, [str(case)]).fetchone()
    return row or (0, "")


def steps_of(connection: Any, case: int) -> Iterator[tuple[str, int]]:
    """The posts of a case in their order: submission, then whatever is open, until nothing is."""
    yield "submit", 0
    while (found := open_task(connection, case))[1]:
        yield found[1], found[0]


@contextlib.contextmanager
def served(target: str, variables: dict[str, str], probe: str) -> Iterator[str]:
    """granian with two processes of two threads, as the product is served."""
    from yipan.house.commands.serve import command
    from yipan.house.listening import free_port

    port = free_port()
    words = [target if word == "yipan.house.wsgi:application" else word for word in command("127.0.0.1", port)]
    server = subprocess.Popen(words, env=os.environ | variables, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(address + probe)
                break
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def our_player(ours: Ours, address: str, dsn: str) -> Play:
    import psycopg

    here = threading.local()

    def play() -> Iterator[tuple[str, float]]:
        if not hasattr(here, "http"):
            here.http, here.sql = httpx.Client(base_url=address, timeout=60), psycopg.connect(dsn, autocommit=True)
        case = ours.cases.get_nowait()
        for step, task in steps_of(here.sql, case):
            where, fields = ours.post_of(step, case, task)
            began = time.perf_counter()
            answer = here.http.post(where, data=fields, headers={"Cookie": _cookies(ours.sessions[step])})
            yield step, time.perf_counter() - began
            if answer.status_code != 302:
                raise SystemExit(f"{step}: {answer.status_code} {where}\n{answer.text[:3000]}")

    return play


def _cookies(session: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in session.items())


def read_pages(ours: Ours, address: str, times: int) -> list[str]:
    """Pages that are only read: the to-do and the page of a case, one reader."""
    lines = ["| page | p50 ms | p95 ms |", "|---|---|---|"]
    with httpx.Client(base_url=address, timeout=60) as http:
        for name, where in (("to-do", "/todo/"), ("list of cases", "/cases/"), ("page of a case", "")):
            seconds = []
            for _ in range(times):
                path = where or f"/cases/{ours.last}/"  # type: ignore[attr-defined]
                began = time.perf_counter()
                answer = http.get(path, headers={"Cookie": _cookies(ours.sessions["examine"])})
                seconds.append(time.perf_counter() - began)
                assert answer.status_code == 200, (path, answer.status_code)
            seconds.sort()
            lines.append(
                f"| {name} | {1000 * statistics.median(seconds):.1f} | {1000 * seconds[int(times * 0.95)]:.1f} |"
            )
    return lines


# -- bare SQL --------------------------------------------------------------------------------------------------------
class Bare:
    """The statements of one whole journey, recorded in this process."""

    def __init__(self, ours: Ours) -> None:
        from django.db import connection
        from django.test import Client

        from yipan.platform.cases.models import Case

        recorder = Recorder()
        self.case, self.parts = ours.cases.get_nowait(), list[tuple[str, list[Statement]]]()
        recorder.atoms.add(self.case)
        ours.last = self.case  # type: ignore[attr-defined]
        keys = []
        connection.ensure_connection()
        for step, task in steps_of(connection.connection, self.case):
            where, fields = ours.post_of(step, self.case, task)
            recorder.atoms.add(fields["key"])
            keys.append(fields["key"])
            client = Client()
            for name, value in ours.sessions[step].items():
                client.cookies[name] = value
            if step == "submit":
                recorder.atoms |= self._numbers_to_come(recorder, client, where, fields)
            else:
                with recorder.recording():
                    answer = client.post(where, fields)
                assert answer.status_code == 302, (step, answer.status_code, answer.content.decode()[:2000])
            self.parts.append((step, recorder.take()))
        row = Case.objects.get(pk=self.case)
        self.fresh: list[str] = [*keys, str(row.case_no), str(row.short_no), str(row.query_code)]

    def _numbers_to_come(self, recorder: Recorder, client: Any, where: str, fields: dict[str, str]) -> set[Atom]:
        """Numbers of a case are made in Python: they are fixed before the recording, so that texts with them are known."""
        from unittest.mock import patch

        from yipan.platform.numbers import series

        spoken, code = "987654321", "Q7Q7Q7Q7"
        recorder.atoms |= {spoken, code}
        with (
            patch.object(series, "new_spoken", lambda *_: spoken),
            patch.object(series, "new_query_code", lambda *_: code),
            recorder.recording(),
        ):
            answer = client.post(where, fields)
        assert answer.status_code == 302, (answer.status_code, answer.content.decode()[:2000])
        return {spoken, code}

    @property
    def per_step(self) -> dict[str, int]:
        counts = defaultdict(list)
        for step, kept in self.parts:
            counts[step].append(sum(one.text not in ("BEGIN", "COMMIT") for one in kept))
        return {step: round(statistics.mean(one)) for step, one in counts.items()}


def bare_player(bare: Bare, ours: Ours, dsn: str) -> Play:
    import psycopg
    from django.db.backends.postgresql.psycopg_any import get_adapters_template

    here = threading.local()

    def play() -> Iterator[tuple[str, float]]:
        if not hasattr(here, "sql"):
            here.sql = psycopg.connect(dsn, autocommit=True, context=get_adapters_template(True, None))
        case = ours.cases.get_nowait()
        known: dict[Atom, Atom] = {bare.case: case}
        known |= {old: secrets.token_hex(len(old) // 2 + 1)[: len(old)].upper() for old in bare.fresh}
        for step, statements in bare.parts:
            began = time.perf_counter()
            send(here.sql, statements, known)
            yield step, time.perf_counter() - began

    return play


# -- the peer --------------------------------------------------------------------------------------------------------
PEER_SETUP = """
import sys; sys.path.insert(0, {folder!r})
from peer.app import configure
configure()
from django.core.management import call_command
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
call_command("migrate", "auth", verbosity=0)
call_command("migrate", verbosity=0, run_syncdb=True)
for step in {steps!r}:
    user = get_user_model().objects.create_user(step)
    user.groups.add(Group.objects.create(name=step))
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print(step, session.session_key)
"""


def prepare_peer(dsn: str) -> tuple[str, dict[str, dict[str, str]]]:
    """A database of its own on the same server; its address and a session for each step."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    with psycopg.connect(dsn, autocommit=True) as sql:
        sql.execute("CREATE DATABASE peer")
    address = make_conninfo(dsn, dbname="peer")
    code = PEER_SETUP.format(folder=str(ROOT / "benchmarks"), steps=STEPS)
    done = subprocess.run(
        [sys.executable, "-c", code], env=_peer_variables(address), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    pairs = [line.split() for line in done.stdout.splitlines()]
    return address, {step: {"sessionid": key, "csrftoken": TOKEN} for step, key in pairs}


def _peer_variables(address: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return kept | {"PEER_DATABASE_URL": address, "PYTHONPATH": str(ROOT / "benchmarks")}


PEER_ANSWERS = {"precheck": "accept", "conclude": "qualified", "review": "pass", "decide": "grant"}


def peer_player(address: str, sessions: dict[str, dict[str, str]], departments: int) -> Play:
    here = threading.local()
    branches = [f"examine_{stage}_{branch}" for stage in range(STAGES) for branch in range(departments)]
    names = [name for step in STEPS for name in (branches if step == "examine" and departments > 1 else [step])]

    def play() -> Iterator[tuple[str, float]]:
        if not hasattr(here, "http"):
            here.http = httpx.Client(base_url=address, timeout=600)
        case = 0
        for name in names:
            step = name.partition("_")[0]
            fields = {"csrfmiddlewaretoken": TOKEN, "opinion": "同意。", "outcome": PEER_ANSWERS.get(step, "")}
            fields |= {"applicant": "黄家俊"} if step == "submit" else {}
            fields |= {"variable": "decision"} if step == "decide" else {}
            where = "/submit/" if step == "submit" else f"/cases/{case}/{name}/"
            began = time.perf_counter()
            answer = here.http.post(where, data=fields, headers={"Cookie": _cookies(sessions[step])})
            yield step, time.perf_counter() - began
            assert answer.status_code in (200, 302), (step, answer.status_code, answer.text[:2000])
            case = answer.json()["id"] if step == "submit" else case

    return play


# -- the run ---------------------------------------------------------------------------------------------------------
def run(play: Play, clients: int, cases: int, into: Measured | None) -> None:
    """So many cases by so many clients at once."""
    left, lock, problems = [cases], threading.Lock(), list[BaseException]()

    def client() -> None:
        while True:
            with lock:
                if not left[0] or problems:
                    return
                left[0] -= 1
            try:
                for step, seconds in play():
                    if into is not None:
                        into.steps[step].append(seconds)
            except BaseException as problem:
                problems.append(problem)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    if into is not None:
        into.rates.append(cases / (time.perf_counter() - began))


def report(measured: dict[str, Measured], bare: Bare) -> list[str]:
    lines = ["| player | cases/s | p50 ms a post | p95 ms a post |", "|---|---|---|---|"]
    lines += [one.row(name) for name, one in measured.items()]
    lines += ["", "| step | statements | yipan p50 / p95 ms | SpiffWorkflow + Django p50 / p95 ms | bare SQL p50 ms |"]
    lines += ["|---|---|---|---|---|"]
    for step in STEPS:
        cells = []
        for name in ("yipan", "SpiffWorkflow + Django", "bare SQL"):
            times = sorted(measured[name].steps[step])
            p50, p95 = 1000 * statistics.median(times), 1000 * times[int(len(times) * 0.95)]
            cells.append(f"{p50:.1f}" if name == "bare SQL" else f"{p50:.1f} / {p95:.1f}")
        lines.append(f"| {step} | {bare.per_step[step]} | {' | '.join(cells)} |")

    def pair(other: str) -> float:
        pairs = zip(measured["yipan"].rates, measured[other].rates, strict=True)
        return statistics.median(a / b for a, b in pairs)

    return [
        *lines, "", f"- cases a second, of the bare statements: **{pair('bare SQL'):.2f}** (target ≥ 0.2)",
        f"- cases a second, of SpiffWorkflow + Django: **{pair('SpiffWorkflow + Django'):.2f} x** (target ≥ 2)",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--cases", type=int, default=40, help="cases a round and player")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--departments", type=int, default=1)
    parser.add_argument("--peer-cases", type=int, default=0, help="cases of the peer, where one takes minutes")
    arguments = parser.parse_args()
    with database():
        from django.conf import settings

        from yipan.platform import calendar

        dsn = os.environ["DATABASE_URL"]
        model = jointly(MODEL.read_text(), arguments.departments) if arguments.departments > 1 else MODEL.read_text()
        os.environ["PEER_MODEL"] = str(Path(os.environ["YIPAN_HOME"]) / "peer.bpmn")
        Path(os.environ["PEER_MODEL"]).write_text(model)
        drafts = 2 * arguments.cases * arguments.rounds + 2 * arguments.clients + 10
        ours = Ours(drafts, model.encode() if arguments.departments > 1 else None)
        settings.ENVIRONMENT = "demo"  # from here on what an installation remembers is remembered
        settings.YIPAN_LIMITS = {"account": 1_000_000}  # an officer works faster than allowed here
        calendar.now(), calendar.current()
        bare = Bare(ours)
        peer, sessions = prepare_peer(dsn)
        with (
            served(
                "yipan.house.wsgi:application", {"YIPAN_ENV": "demo", "YIPAN_LIMITS": "account=1000000"}, "/login/"
            ) as address,
            served("peer.wsgi:application", _peer_variables(peer), "/") as peer_address,
        ):
            players = {
                "yipan": our_player(ours, address, dsn),
                "bare SQL": bare_player(bare, ours, dsn),
                "SpiffWorkflow + Django": peer_player(peer_address, sessions, arguments.departments),
            }
            measured = {name: Measured() for name in players}
            counts = dict.fromkeys(players, arguments.cases)
            if arguments.peer_cases:
                counts["SpiffWorkflow + Django"] = arguments.peer_cases
            for name, play in players.items():  # every process and connection has worked once
                run(play, arguments.clients, min(arguments.clients, counts[name]), None)
            for _ in range(arguments.rounds):
                for name, play in players.items():
                    run(play, arguments.clients, counts[name], measured[name])
            pages = read_pages(ours, address, 40)
    print("\n".join([*report(measured, bare), "", *pages]))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
