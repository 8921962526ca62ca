"""The seal service (电子印章): the platform puts no seal on any document by itself."""

from .base import ConnectorError, call

SYSTEM = "seal"
SEAL_SECONDS = 20.0


def seal(pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes:
    """The sealed PDF. ``seal_key`` names the unit's seal; ``reason`` is kept by the service. Raises ConnectorError."""
    answer = call(
        SYSTEM,
        "POST",
        "/documents",
        content=pdf,
        params={"seal": seal_key, "reason": reason},
        headers={"Content-Type": "application/pdf"},
        key=key,
        seconds=SEAL_SECONDS,
    )
    if not answer.content.startswith(b"%PDF-"):
        raise ConnectorError("用印服务返回的不是 PDF", code="file")
    return answer.content
