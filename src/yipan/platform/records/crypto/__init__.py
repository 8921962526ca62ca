"""National cryptography behind one interface: SM2 signatures, SM3 digests, SM4 encryption, blind indexes.

Rooms call ``crypto.current()`` and never an algorithm library, so that a signing server (签名验签服务器) or a
certified module can take the place of the software provider. ``statement`` says honestly on screens what is in use:
software keys are not certified cryptography in the sense of GM/T 0028.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings


class CryptoProblem(Exception):
    """Keys are missing or data cannot be decrypted; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Signature:
    """An SM2 signature over SM3 (DER bytes, identifier 1234567812345678) and the key that made it."""

    key_id: str
    value: bytes


class CryptoProvider(Protocol):
    """What a provider has to offer. ``purpose`` and ``context`` bind a ciphertext to its table and row (AAD)."""

    name: str
    certified: bool
    statement: str

    def digest(self, data: bytes) -> bytes: ...
    def sign(self, data: bytes) -> Signature: ...
    def verify(self, data: bytes, signature: Signature) -> bool: ...
    def public_key(self, key_id: str = "") -> tuple[str, bytes]: ...
    def encrypt(self, text: bytes, *, context: str) -> bytes: ...
    def decrypt(self, token: bytes, *, context: str) -> bytes: ...
    def blind_index(self, value: str, *, purpose: str) -> bytes: ...


Factory = Callable[[], CryptoProvider]
_factories: dict[str, Factory] = {}


def register_provider(name: str, factory: Factory) -> None:
    """Offer a provider under ``name``; YIPAN_CRYPTO chooses one (default: software)."""
    _factories[name] = factory


@cache
def current() -> CryptoProvider:
    """The provider of this process. Raises CryptoProblem when its keys are missing."""
    name = os.environ.get("YIPAN_CRYPTO", "software")
    if name == "software":
        from .software import SoftwareProvider, load_or_generate

        return SoftwareProvider(load_or_generate(settings.YIPAN_KEYS, allow_new=settings.ENVIRONMENT != "production"))
    if name not in _factories:
        raise CryptoProblem(f"YIPAN_CRYPTO={name}: no such provider is installed (known: software, {[*_factories]}).")
    return _factories[name]()


def digest(data: bytes) -> bytes:
    """SM3 of ``data`` by the current provider."""
    return current().digest(data)
