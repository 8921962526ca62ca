"""Who seals: a registry with one place, filled by the client of the seal service.

A provider is ``seal(pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes`` and returns the sealed PDF.
``seal_key`` is the unit's key, ``key`` the idempotency key. It raises for a failure; an exception with
``permanent = True`` means that the service refuses this paper for good.
"""

from typing import Protocol


class SealProvider(Protocol):
    def __call__(self, pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes: ...


class SealUnavailable(Exception):
    """No seal service is connected, or what it sent is no PDF."""


_provider: SealProvider | None = None


def register(provider: SealProvider) -> None:
    """Let ``provider`` seal; the last one registered counts."""
    global _provider
    _provider = provider


def seal(pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes:
    """The sealed PDF. Raises what the provider raises, and SealUnavailable."""
    if _provider is None:
        raise SealUnavailable("没有接入用印服务")
    sealed = _provider(pdf, seal_key, reason=reason, key=key)
    if not sealed.startswith(b"%PDF-") or sealed == pdf:
        raise SealUnavailable("用印服务返回的不是盖章后的 PDF")
    return sealed
