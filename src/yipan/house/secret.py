"""The key that signs sessions and tokens: from the environment, or generated once outside production."""

import os
import secrets

from .places import Places


class UnsafeSettings(Exception):
    """The production set-up would be unsafe; the text names the variable and the remedy."""


def secret_key(places: Places, environment: str) -> str:
    """YIPAN_SECRET_KEY, or outside production a key kept in the installation's key folder (mode 0600)."""
    configured = os.environ.get("YIPAN_SECRET_KEY", "")
    if configured:
        return configured
    if environment == "production":
        raise UnsafeSettings("YIPAN_SECRET_KEY is not set. Production needs a secret of at least 50 characters.")
    path = places.keys / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(64)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(key)
        except FileExistsError:
            pass
    return path.read_text(encoding="utf-8")
