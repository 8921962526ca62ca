"""Records: what was done, by whom, and what follows from it.

* ``act`` / ``act_many`` append to hash chains (``lock_chains`` first when several are needed); ``audit.verify`` finds
  any later change, ``roots`` signs the heads every night.
* ``publish`` writes the one event log; ``subscribe`` has the worker tell a handler about events.
* ``queue`` puts a message into the outbox; ``register_channel`` says how a channel is sent; ``simulated`` journals.
* ``log_access`` notes reads of personal data. ``installation`` says what kind of database this is, ``found`` founds it.
* ``rights`` is the registry of rights, ``crypto`` the national algorithms, ``sql`` the building blocks for writers
  that put everything into one statement.

Everything is plain values and SQL on Django's connection, inside the caller's transaction.
"""

from . import rights, sql
from .access_log import log_access
from .acts import act, act_many, lock_chains
from .domain import GENESIS, SYSTEM, Act, Actor, Event, Head, Message, NewAct
from .events import publish
from .fingerprints import fingerprint
from .founding import Installation, WrongInstallation, found, installation
from .outbox import Outgoing, Rejected, Sent, is_simulated, queue, receipt, register_channel, simulated
from .subscriptions import subscribe

__all__ = [
    "GENESIS",
    "SYSTEM",
    "Act",
    "Actor",
    "Event",
    "Head",
    "Installation",
    "Message",
    "NewAct",
    "Outgoing",
    "Rejected",
    "Sent",
    "WrongInstallation",
    "act",
    "act_many",
    "fingerprint",
    "found",
    "installation",
    "is_simulated",
    "lock_chains",
    "log_access",
    "publish",
    "queue",
    "receipt",
    "register_channel",
    "rights",
    "simulated",
    "sql",
    "subscribe",
]
