"""What production refuses to start with; each refusal names the variable and the remedy."""

import os

from .secret import UnsafeSettings

WEAK = {"", "change-me", "changeme", "secret", "yipan", "password"}


def problems(environment: dict[str, str]) -> list[str]:
    """The faults of a production environment, empty when it is safe to start."""
    found = []
    key = environment.get("YIPAN_SECRET_KEY", "")
    if key.lower() in WEAK or len(key) < 50:
        found.append("YIPAN_SECRET_KEY is missing or shorter than 50 characters: set a random secret.")
    if environment.get("YIPAN_DEBUG") == "1":
        found.append("YIPAN_DEBUG=1 shows internals to visitors: unset it.")
    if not environment.get("DATABASE_URL"):
        found.append("DATABASE_URL is not set: production runs on a PostgreSQL server of its own.")
    if not environment.get("YIPAN_HOSTS") or "*" in environment.get("YIPAN_HOSTS", ""):
        found.append("YIPAN_HOSTS is missing or '*': list the host names citizens and staff use.")
    if environment.get("YIPAN_SECOND_FACTOR") == "0":
        found.append("YIPAN_SECOND_FACTOR=0: staff need a second factor in production; unset it.")
    if not environment.get("YIPAN_PUBLIC_URL", "").startswith("https://"):
        found.append("YIPAN_PUBLIC_URL must be the https address people open: it is printed as QR codes on licences.")
    for system in ("IDENTITY", "SEAL", "ELICENCE", "ACCEPTANCE", "RATING", "SMS", "YUEZHENGYI"):
        if not environment.get(f"YIPAN_CONNECTOR_{system}", "").startswith("https://"):
            found.append(f"YIPAN_CONNECTOR_{system} must be an https address of the real system.")
    return found


def refuse_unsafe_production() -> None:
    """Raise UnsafeSettings with every problem at once; does nothing outside production."""
    if os.environ.get("YIPAN_ENV", "demo") != "production":
        return
    found = problems(dict(os.environ))
    if found:
        raise UnsafeSettings("Production settings are not safe:\n  - " + "\n  - ".join(found))
