"""Every read of the search room. Only public things are in the index, so there are no row rights here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from . import registry
from .domain import Understood, compact, pinyin, similarity, understand
from .models import Query, Word
from .words import HOT, IGNORE, SYNONYM

PAGE = 20
# The exact name stands before everyday words, and these before text; within a step the own region comes first, then
# what is asked for often (hot words, popularity).
_SCORES = (
    ("d.names[1] = %(name)s", 1000),
    ("d.names @> ARRAY[%(name)s]", 960),
    ("d.codes && %(codes)s", 950),
    ("d.kind || ':' || d.key = ANY(%(keys)s)", 900),
    ("d.vector @@ %(title_query)s::tsquery", 800),
    ("d.vector @@ %(alias_query)s::tsquery", 720),
    ("d.vector @@ %(pinyin_exact)s::tsquery", 700),
    ("d.vector @@ %(pinyin_start)s::tsquery", 660),
    ("d.vector @@ %(pinyin_any)s::tsquery", 620),
    ("d.vector @@ %(phrase_query)s::tsquery", 560),
    ("d.vector @@ %(sound_query)s::tsquery", 500),
    ("d.vector @@ %(summary_query)s::tsquery", 400),
)
_WAYS = ("title_query", "pinyin_any", "pinyin_start", "pinyin_exact", "phrase_query", "sound_query", "body_query")


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `score` is only for the order; `guessed` when it was found by similarity."""

    kind: str
    key: str
    title: str
    summary: str
    url: str
    unit_name: str
    facets: tuple[str, ...]
    score: float
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: hits of this page, counts per kind, and how the text was understood."""

    understood: Understood
    hits: tuple[Hit, ...]
    counts: Mapping[str, int]
    meant: tuple[str, ...] = ()
    guessed: bool = False
    more: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass
class _Words:
    keys: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    ignore: list[str] = field(default_factory=list)
    meant: list[str] = field(default_factory=list)
    hot: list[str] = field(default_factory=list)


def find(
    text: str,
    *,
    kinds: Sequence[str] = (),
    facets: Sequence[str] = (),
    region: str = "",
    offset: int = 0,
    limit: int = PAGE,
) -> Found:
    """Search. `facets` must all be carried by a hit; `region` puts that region's things first."""
    words = _words(text)
    understood = understand(text, ignore=words.ignore)
    if not (understood.name or understood.code) or understood.case_no:
        return Found(understood, (), {})
    parameters = _parameters(understood, words, region)
    where, more = _filters(kinds, facets)
    parameters.update(more)
    hits = _search(understood, parameters, where, offset, limit + 1)
    counts = _count(understood, parameters, facets) if hits or offset else {}
    if hits or offset or understood.code:
        return Found(understood, tuple(hits[:limit]), counts, tuple(words.meant), more=len(hits) > limit)
    hits = _guess(understood, parameters, where, limit)
    counts = {}
    for hit in hits:
        counts[hit.kind] = counts.get(hit.kind, 0) + 1
    return Found(understood, tuple(hits), counts, tuple(words.meant), guessed=bool(hits))


def _words(text: str) -> _Words:
    """What the table of words says about this text: longer words first, words inside of found words are skipped."""
    name = compact(text)
    result = _Words()
    taken = ""
    rows = Word.objects.raw(
        "SELECT * FROM search_word WHERE role <> %s OR position(word in %s) > 0 ORDER BY length(word) DESC, word",
        [SYNONYM, name],
    )
    for row in rows:
        if row.role == IGNORE:
            result.ignore.append(row.shown)
        elif row.role == HOT:
            result.hot.append(row.word)
        elif row.word not in taken:
            taken += " " + row.word
            result.keys.extend(row.keys)
            result.phrases.extend(row.phrases)
            result.meant.append(row.shown)
    return result


def _parameters(understood: Understood, words: _Words, region: str) -> dict[str, Any]:
    phrases = [understand(phrase).alias_query for phrase in words.phrases]
    return {
        "name": understood.name,
        "codes": [understood.code] if understood.code else [],
        "keys": words.keys,
        "hot": words.hot,
        "title_query": understood.title_query,
        "alias_query": understood.alias_query,
        "summary_query": understood.summary_query,
        "body_query": understood.body_query,
        "pinyin_exact": understood.pinyin_exact,
        "pinyin_start": understood.pinyin_start,
        "pinyin_any": understood.pinyin_any,
        "sound_query": understood.sound_query,
        "phrase_query": " | ".join(f"({phrase})" for phrase in phrases if phrase),
        "region": region,
    }


def _filters(kinds: Sequence[str], facets: Sequence[str]) -> tuple[str, dict[str, Any]]:
    where, parameters = "", {}
    if kinds:
        where += " AND d.kind = ANY(%(kinds)s)"
        parameters["kinds"] = list(kinds)
    if facets:
        where += " AND d.facets @> %(facets)s::text[]"
        parameters["facets"] = list(facets)
    return where, parameters


def _matching(understood: Understood, parameters: Mapping[str, Any]) -> str:
    """The condition that a document matches in any way; each part has an index."""
    ways = []
    if understood.code:
        ways.append("d.codes && %(codes)s::text[]")
    else:
        ways.append("d.names @> ARRAY[%(name)s]")
        asked = [way for way in _WAYS if parameters[way]]
        ways.extend(f"d.vector @@ %({way})s::tsquery" for way in asked)
    if parameters["keys"]:
        ways.append(
            "(d.kind, d.key) IN (SELECT split_part(k, ':', 1), split_part(k, ':', 2) FROM unnest(%(keys)s::text[]) k)"
        )
    return "(" + " OR ".join(ways) + ")"


def _search(understood: Understood, parameters: dict[str, Any], where: str, offset: int, limit: int) -> list[Hit]:
    steps = " ".join(f"WHEN {test} THEN {score}" for test, score in _scores(parameters))
    score = f"CASE {steps} ELSE 200 END" if steps else "200"
    sql = (
        f"SELECT d.kind, d.key, d.title, d.summary, d.url, d.unit_name, d.facets, {score} "  # noqa: S608
        "+ CASE WHEN d.region <> '' AND d.region = %(region)s THEN 10 ELSE 0 END AS score "
        f"FROM search_document d WHERE {_matching(understood, parameters)}{where} "
        "ORDER BY score DESC, d.popularity DESC, d.names && %(hot)s::text[] DESC, length(d.title), d.title, d.key "
        "LIMIT %(limit)s OFFSET %(offset)s"
    )
    return _hits(sql, {**parameters, "limit": limit, "offset": offset})


def _scores(parameters: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Only the steps that this text can reach: an empty tsquery is a question not worth asking."""
    result = []
    for test, score in _SCORES:
        needed = test.split("%(")[1].split(")")[0]
        if parameters[needed]:
            result.append((test.replace("%(codes)s", "%(codes)s::text[]"), score))
    return result


def _count(understood: Understood, parameters: dict[str, Any], facets: Sequence[str]) -> dict[str, int]:
    where, more = _filters((), facets)
    sql = (
        f"SELECT d.kind, count(*) FROM search_document d WHERE {_matching(understood, parameters)}{where} "  # noqa: S608
        "GROUP BY d.kind"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, **more})
        return dict(cursor.fetchall())


def _guess(understood: Understood, parameters: dict[str, Any], where: str, limit: int) -> list[Hit]:
    """Nothing matched: take what shares a piece with the text and keep what is nearly the same name or sound."""
    if not understood.loose_query:
        return []
    sql = (
        "SELECT d.kind, d.key, d.title, d.summary, d.url, d.unit_name, d.facets, d.popularity, d.names "  # noqa: S608
        "FROM search_document d, CAST(%(loose)s AS tsquery) AS q "
        f"WHERE d.vector @@ q{where} ORDER BY ts_rank(d.vector, q) DESC, d.popularity DESC LIMIT 200"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, "loose": understood.loose_query})
        rows = cursor.fetchall()
    hits = []
    for kind, key, title, summary, url, unit_name, facets, popularity, names in rows:
        near = max((_nearness(understood, name) for name in names), default=0.0)
        if near >= 0.62:
            score = near + popularity / 10_000
            hits.append(Hit(kind, key, title, summary, url, unit_name, tuple(facets), score, True))
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def _nearness(understood: Understood, name: str) -> float:
    """By characters or by sound, whichever is nearer; a sound alone must be very near."""
    by_name = similarity(understood.name, name)
    by_sound = similarity(understood.sound, pinyin(name)) if understood.sound else 0.0
    return max(by_name, by_sound if by_sound >= 0.8 else 0.0)


def _hits(sql: str, parameters: Mapping[str, Any]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [
            Hit(kind, key, title, summary, url, unit_name, tuple(facets), score)
            for kind, key, title, summary, url, unit_name, facets, score in cursor.fetchall()
        ]


def hot_words(limit: int = 8) -> list[str]:
    """Words shown below the search box, in the order the pack gives them."""
    return list(Word.objects.filter(role=HOT).order_by("order").values_list("shown", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class Tried:
    """A text that was searched: how often, how often without result or only by similarity."""

    text: str
    times: int
    without: int
    guessed: int


def searched(since: date, until: date, *, only_without: bool = False, limit: int = 200) -> list[Tried]:
    """What was searched in a period (both days included); with `only_without`, the list of searches that found nothing
    or only something similar, for the weekly review."""
    rows = Query.objects.filter(day__range=(since, until)).values("text")
    rows = rows.annotate(
        times=Count("id"),
        without=Count("id", filter=Q(hits=0)),
        near=Count("id", filter=Q(guessed=True)),
    )
    if only_without:
        rows = rows.filter(Q(without__gt=0) | Q(near__gt=0)).order_by("-without", "-near", "text")
    else:
        rows = rows.order_by("-times", "text")
    return [Tried(row["text"], row["times"], row["without"], row["near"]) for row in rows[:limit]]


@dataclass(frozen=True, slots=True)
class Rates:
    searches: int
    without: int

    @property
    def share(self) -> str:
        return f"{100 * self.without / self.searches:.1f}%" if self.searches else "—"


def rates(since: date, until: date) -> Rates:
    """零结果率 of a period."""
    row = Query.objects.filter(day__range=(since, until)).aggregate(
        n=Count("id"), without=Count("id", filter=Q(hits=0)), hits=Sum("hits")
    )
    return Rates(row["n"], row["without"])


def kind_titles() -> dict[str, str]:
    return {kind.name: kind.title for kind in registry.kinds()}
