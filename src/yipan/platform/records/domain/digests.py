"""Digests of acts, chains and Merkle trees.

An act's head is H(format, chain, seq, fields, previous head, digest of the payload); the payload's digest is
H(salt ‖ text), so that erasing salt and text leaves nothing to guess a short payload from. Leaves and nodes of the
Merkle tree carry different prefixes (RFC 6962 §2.1), so a node can never be passed off as a leaf.
"""

import datetime as dt
import decimal
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

Hash = Callable[[bytes], bytes]

GENESIS = bytes(32)
FORMAT = "yipan.act.1"
# The order is part of the format: a new field means a new format name.
ACT_FIELDS = (
    "chain_kind", "chain_key", "seq", "verb", "subject_kind", "subject_id", "from_state", "to_state",
    "account_id", "person_id", "actor_name", "unit_id", "unit_name", "post_id", "post_name",
    "deputy_for_id", "deputy_for_name", "channel", "ip", "request_id", "at", "recorded_at",
)  # fmt: skip


def _encode(value: object) -> object:
    if isinstance(value, dt.datetime):
        return instant(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"a record cannot hold a {type(value).__name__}; pass text, numbers, lists or dictionaries")


def canonical(value: object) -> str:
    """One text per value: sorted keys, no blanks, no NaN. What is stored is this text, so digests never depend on
    how the database would print JSON."""
    return _canonical(value)


_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_encode
).encode


@lru_cache(maxsize=4096)  # the rows of one step bear the same few times
def instant(moment: dt.datetime) -> str:
    """UTC with microseconds; a naive time is refused, because its meaning would depend on the machine."""
    if moment.tzinfo is None:
        raise ValueError("a record needs a time with a time zone")
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def payload_text(reason: str, payload: Mapping[str, Any]) -> str:
    """The erasable part of an act as it is stored and digested."""
    return canonical({"payload": payload, "reason": reason})


def payload_digest(hash_: Hash, salt: bytes, text: str) -> bytes:
    """``salt`` is 16 random bytes; ``text`` is what :func:`payload_text` gave."""
    return hash_(salt + text.encode())


def head_of(hash_: Hash, row: Mapping[str, Any], previous: bytes, digest: bytes) -> bytes:
    """The chain's head after the act ``row`` (ACT_FIELDS; the two times aware)."""
    fields = [instant(row[name]) if name in ("at", "recorded_at") else row[name] for name in ACT_FIELDS]
    return hash_(canonical([FORMAT, *fields, previous.hex(), digest.hex()]).encode())


def leaf(hash_: Hash, kind: str, key: str, seq: int, head: bytes) -> bytes:
    """A Merkle leaf: one chain and its head, or one batch of the access log and its digest."""
    return hash_(b"\x00" + canonical([kind, key, seq, head.hex()]).encode())


def merkle_root(hash_: Hash, leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over ``leaves`` in their order; an odd node goes up as it is. No leaves: hash of nothing."""
    if not leaves:
        return hash_(b"")
    level = list(leaves)
    while len(level) > 1:
        pairs = [hash_(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def merkle_proof(hash_: Hash, leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """The siblings from leaf ``index`` up to the root, each with its side ("left" or "right")."""
    proof: list[tuple[str, bytes]] = []
    level = list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(("left" if sibling < index else "right", level[sibling]))
        pairs = [hash_(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
        index //= 2
    return proof


def merkle_check(hash_: Hash, leaf_hash: bytes, proof: Sequence[tuple[str, bytes]], root: bytes) -> bool:
    """True when ``proof`` leads from the leaf to ``root``."""
    node = leaf_hash
    for side, sibling in proof:
        node = hash_(b"\x01" + (sibling + node if side == "left" else node + sibling))
    return node == root


def root_statement(number: int, at: dt.datetime, previous: bytes, root: bytes, leaves: int) -> bytes:
    """What is signed each night."""
    return canonical(["yipan.root.1", number, instant(at), previous.hex(), root.hex(), leaves]).encode()


def access_line(row: Sequence[object]) -> bytes:
    """One row of the access log as it enters the digest of its batch."""
    return (canonical(list(row)) + "\n").encode()
