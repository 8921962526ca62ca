"""Find any change to the records that was made behind the program's back.

``verify`` recomputes every chain, every payload digest and every signed root. For each chain it names the first
broken link: what follows it cannot be judged any more.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from . import crypto, roots
from .domain import digests

PIECE = 2000
# Machine names of what can differ, with the words shown to people.
WHAT = {
    "content": "记录内容与摘要不符（该行被改动或被调换）",
    "link": "与前一条记录的衔接不符",
    "missing": "缺少记录",
    "duplicate": "同一序号有两条记录",
    "payload": "附属内容（理由、数据）与摘要不符",
    "payload-missing": "附属内容缺失",
    "erasure": "附属内容被清除，但没有清除行为的记录",
    "tail": "链尾缺少记录（链头指向的记录不存在）",
    "head": "链头与最后一条记录不符",
    "chain-missing": "有记录而没有链头",
    "root-missing": "缺少签名根",
    "root-link": "签名根与前一个根不符",
    "root-digest": "签名根与其叶子不符",
    "root-signature": "签名根的签名无效",
    "root-key": "签名根所用的密钥不在本机密钥文件中",
    "rooted": "已签名的链头与记录不符",
    "access": "访问日志与已签名的摘要不符",
    "witness": "数据库外的见证文件中有此签名根，数据库中没有或不同",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken link: chain as "kind/key", ``seq`` in it (0 when it concerns the whole), what differs, and details."""

    what: str
    chain: str
    seq: int
    detail: str = ""

    def text(self) -> str:
        place = f"{self.chain} 第 {self.seq} 条" if self.seq else self.chain
        return f"{place}: {WHAT[self.what]}" + (f"（{self.detail}）" if self.detail else "")


@dataclass(slots=True)
class Report:
    """``findings`` in the order found; ``ok`` when there are none."""

    acts: int = 0
    chains: int = 0
    roots: int = 0
    erased: int = 0
    accesses: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self) | {"ok": self.ok}

    def text(self) -> str:
        counted = (
            f"{self.chains} 条链、{self.acts} 条行为记录（其中 {self.erased} 条附属内容已依规清除）、"
            f"{self.accesses} 条访问日志、{self.roots} 个签名根"
        )
        if self.ok:
            return f"✓ 核验通过：{counted}。"
        lines = [f"✗ 核验发现 {len(self.findings)} 处断点（共核验 {counted}）："]
        return "\n".join(lines + [f"  - {finding.text()}" for finding in self.findings])


def verify() -> Report:
    """Check everything in one consistent snapshot; memory stays small whatever the number of acts."""
    report = Report()
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not _inside_outer_transaction():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _verify_chains(report)
        _verify_chains_without_acts(report)
        _verify_roots(report)
    return report


def _inside_outer_transaction() -> bool:
    return len(connection.savepoint_ids) > 0


def _verify_chains(report: Report) -> None:
    chain: _Chain | None = None
    for row in _acts():
        key = (row["chain_kind"], row["chain_key"])
        if chain is None or chain.key != key:
            if chain:
                chain.close()
            chain = _Chain(key, report)
            report.chains += 1
        report.acts += 1
        chain.take(row)
    if chain:
        chain.close()


class _Chain:
    """Walks one chain; stops at its first broken link."""

    def __init__(self, key: tuple[str, str], report: Report) -> None:
        self.key = key
        self.report = report
        self.seq, self.head = 0, digests.GENESIS
        self.broken = False
        self.end: tuple[int | None, bytes | None] = (None, None)
        self.hash = crypto.current().digest

    def take(self, row: dict[str, Any]) -> None:
        self.end = (row["end_seq"], row["end_head"])
        if self.broken:
            return
        what, detail = self._judge(row)
        if what:
            self._broken(what, self.seq + 1 if what == "missing" else row["seq"], detail)
        self.seq, self.head = row["seq"], row["head"]

    def _judge(self, row: dict[str, Any]) -> tuple[str, str]:
        if row["seq"] == self.seq:
            return "duplicate", ""
        if row["seq"] != self.seq + 1:
            return "missing", f"第 {self.seq + 1} 至 {row['seq'] - 1} 条"
        if digests.head_of(self.hash, row, row["prev"], row["payload_digest"]) != row["head"]:
            return "content", f"行为 {row['verb']}"
        if row["prev"] != self.head:
            return "link", ""
        if row["body"] is None:
            if row["payload_act"] is None:
                return "payload-missing", ""
            self.report.erased += 1
            return ("", "") if row["eraser"] else ("erasure", "")
        if digests.payload_digest(self.hash, row["salt"], row["body"]) != row["payload_digest"]:
            return "payload", f"行为 {row['verb']}"
        return "", ""

    def _broken(self, what: str, seq: int, detail: str = "") -> None:
        self.broken = True
        self.report.findings.append(Finding(what, "/".join(self.key), seq, detail))

    def close(self) -> None:
        if self.broken:
            return
        end_seq, end_head = self.end
        if end_seq is None:
            self._broken("chain-missing", 0)
        elif end_seq > self.seq:
            self._broken("tail", self.seq + 1, f"链头为第 {end_seq} 条，最后的记录是第 {self.seq} 条")
        elif end_seq != self.seq or end_head != self.head:
            self._broken("head", self.seq)


_ACTS = f"""
SELECT {", ".join(f"a.{name}" for name in digests.ACT_FIELDS)}, a.payload_digest, a.prev, a.head,
       p.act_id AS payload_act, p.salt, p.body, c.seq AS end_seq, c.head AS end_head,
       EXISTS (SELECT 1 FROM records_act e WHERE p.erased_by IS NOT NULL AND e.id = p.erased_by
               AND e.verb = 'records.erase_payload' AND e.subject_kind = 'act' AND e.subject_id = a.id::text) AS eraser
FROM records_act a
LEFT JOIN records_act_payload p ON p.act_id = a.id AND p.at = a.at
LEFT JOIN records_chain c ON c.kind = a.chain_kind AND c.key = a.chain_key
ORDER BY a.chain_kind COLLATE "C", a.chain_key COLLATE "C", a.seq, a.id
"""


def _acts() -> Iterator[dict[str, Any]]:
    """All acts in the order of their chains, by a server-side cursor."""
    for row in _stream(_ACTS):
        for name in ("payload_digest", "prev", "head", "salt", "end_head"):
            if row[name] is not None:
                row[name] = bytes(row[name])
        yield row


def _stream(query: str) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE records_audit NO SCROLL CURSOR FOR {query}")
        try:
            names: list[str] = []
            while True:
                cursor.execute(f"FETCH {PIECE} FROM records_audit")
                names = names or [column[0] for column in cursor.description]
                rows = cursor.fetchall()
                if not rows:
                    return
                for row in rows:
                    yield dict(zip(names, row, strict=True))
        finally:
            cursor.execute("CLOSE records_audit")


def _verify_chains_without_acts(report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.kind, c.key, c.seq FROM records_chain c WHERE c.seq > 0 AND NOT EXISTS "
            "(SELECT 1 FROM records_act a WHERE a.chain_kind = c.kind AND a.chain_key = c.key) ORDER BY 1, 2"
        )
        for kind, key, seq in cursor.fetchall():
            report.chains += 1
            report.findings.append(Finding("tail", f"{kind}/{key}", 1, f"链头为第 {seq} 条，没有任何记录"))


# -- roots -----------------------------------------------------------------------------------------------------------
def _verify_roots(report: Report) -> None:
    previous, expected = digests.GENESIS, 1
    since: dt.datetime | None = None
    witnessed = roots.witnessed()
    present: dict[int, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, at, previous, root, leaves, access_until, key_id, signature FROM records_root "
            "ORDER BY number"
        )
        rows = cursor.fetchall()
    for number, at, prev, root, leaves, until, key_id, signature in rows:
        report.roots += 1
        prev, root = bytes(prev), bytes(root)
        present[number] = root.hex()
        if number != expected:
            report.findings.append(Finding("root-missing", "root", expected))
        elif prev != previous:
            report.findings.append(Finding("root-link", "root", number))
        statement = digests.root_statement(number, at, prev, root, leaves)
        _verify_root(report, number, root, leaves, statement, crypto.Signature(key_id, bytes(signature)))
        _verify_access(report, number, since, until)
        previous, expected, since = root, number + 1, until
    for number, root_hex in sorted(witnessed.items()):
        if present.get(number) != root_hex:
            report.findings.append(Finding("witness", "root", number))


def _verify_root(
    report: Report, number: int, root: bytes, leaves: int, statement: bytes, signature: crypto.Signature
) -> None:
    hash_ = crypto.current().digest
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.kind, l.key, l.seq, l.head, a.head FROM records_root_leaf l LEFT JOIN records_act a "
            "ON a.chain_kind = l.kind AND a.chain_key = l.key AND a.seq = l.seq "
            "WHERE l.root_number = %s ORDER BY l.position",
            [number],
        )
        rows = cursor.fetchall()
    computed = digests.merkle_root(
        hash_, [digests.leaf(hash_, k, key, seq, bytes(head)) for k, key, seq, head, _ in rows]
    )
    if len(rows) != leaves or computed != root:
        report.findings.append(Finding("root-digest", "root", number))
    try:
        if not crypto.current().verify(statement, signature):
            report.findings.append(Finding("root-signature", "root", number))
    except crypto.CryptoProblem:
        report.findings.append(Finding("root-key", "root", number, signature.key_id))
    for kind, key, seq, head, act_head in rows:
        if kind != roots.ACCESS and (act_head is None or bytes(act_head) != bytes(head)):
            report.findings.append(Finding("rooted", f"{kind}/{key}", seq, f"签名根 {number}"))


def _verify_access(report: Report, number: int, since: dt.datetime | None, until: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, head FROM records_root_leaf WHERE root_number = %s AND kind = %s", [number, roots.ACCESS]
        )
        signed = cursor.fetchone()
    count, digest = roots.access_digest(since, until)
    report.accesses += count
    expected = (signed[0], bytes(signed[1])) if signed else (0, digests.GENESIS)
    if (count, digest) != expected:
        detail = f"签名根 {number}：签名时 {expected[0]} 条，现有 {count} 条"
        report.findings.append(Finding("access", roots.ACCESS, 0, detail))
