"""What records are, as plain values: actors, acts, events, messages, digests and Merkle trees. No Django, no clock."""

from .digests import GENESIS, canonical, head_of, merkle_root, payload_digest
from .values import SYSTEM, Act, Actor, Event, Head, Message, NewAct

__all__ = [
    "GENESIS",
    "SYSTEM",
    "Act",
    "Actor",
    "Event",
    "Head",
    "Message",
    "NewAct",
    "canonical",
    "head_of",
    "merkle_root",
    "payload_digest",
]
