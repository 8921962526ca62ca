"""The seal service as provider of seals."""

from importlib import import_module

from .seals import SealUnavailable


def by_connector(pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes:
    """Seal through ``yipan.connectors.seal``."""
    try:
        client = import_module("yipan.connectors.seal")
    except ModuleNotFoundError as missing:
        raise SealUnavailable("没有接入用印服务") from missing
    return client.seal(pdf, seal_key, reason=reason, key=key)
