"""What production refuses to start with; each refusal names the variable and the remedy."""

import os
from collections.abc import Mapping

from .secret import UnsafeSettings

WEAK = {"", "change-me", "changeme", "secret", "yipan", "password", "postgres", "admin", "root", "123456", "12345678"}
SYSTEMS = (
    "IDENTITY",
    "SEAL",
    "ELICENCE",
    "DATASHARE",
    "CATALOGUE",
    "ACCEPTANCE",
    "RATING",
    "SMS",
    "YUEZHENGYI",
    "EMS",
    "LOCKER",
)
# What the reference systems of the demo accept stands in the source: it is no secret.
PUBLIC = {"YIPAN_GATEWAY_TOKEN": "sandbox-token-0001", "YIPAN_IDENTITY_CLIENT_SECRET": "sandbox-client-secret"}
SHORTEST_TOKEN = 20


def problems(environment: Mapping[str, str]) -> list[str]:
    """The faults of a production environment, empty when it is safe to start."""
    found = []
    key = environment.get("YIPAN_SECRET_KEY", "")
    if key.lower() in WEAK or len(key) < 50:
        found.append("YIPAN_SECRET_KEY is missing or shorter than 50 characters: set a random secret.")
    if environment.get("YIPAN_DEBUG") == "1":
        found.append("YIPAN_DEBUG=1 shows internals to visitors: unset it.")
    found += _database(environment.get("DATABASE_URL", ""))
    hosts = [host.strip() for host in environment.get("YIPAN_HOSTS", "").split(",")]
    if not any(hosts) or any(host in ("*", ".") or "*" in host for host in hosts):
        found.append("YIPAN_HOSTS is missing or '*': list the host names citizens and staff use.")
    if environment.get("YIPAN_SECOND_FACTOR") == "0":
        found.append("YIPAN_SECOND_FACTOR=0: staff need a second factor in production; unset it.")
    if not environment.get("YIPAN_PUBLIC_URL", "").startswith("https://"):
        found.append("YIPAN_PUBLIC_URL must be the https address people open: it is printed as QR codes on licences.")
    origins = filter(None, environment.get("YIPAN_TRUSTED_ORIGINS", "").split(","))
    if not all(origin.strip().startswith("https://") for origin in origins):
        found.append("YIPAN_TRUSTED_ORIGINS must be https origins: forms are accepted from them.")
    for system in SYSTEMS:
        if not environment.get(f"YIPAN_CONNECTOR_{system}", "").startswith("https://"):
            found.append(f"YIPAN_CONNECTOR_{system} must be an https address of the real system.")
    for name, value in PUBLIC.items():
        if environment.get(name) == value:
            found.append(f"{name} is the public value of the demo: set the one the real system gave you.")
    token = environment.get("YIPAN_METRICS_TOKEN", "")
    if token and len(token) < SHORTEST_TOKEN:
        found.append(f"YIPAN_METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters: set a random one, or none.")
    return found


def _database(address: str) -> list[str]:
    if not address:
        return ["DATABASE_URL is not set: production runs on a PostgreSQL server of its own."]
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(address)
    except ProgrammingError:
        return ["DATABASE_URL is no address of PostgreSQL: postgresql://user:password@host/database."]
    found = []
    password, host = str(parts.get("password") or ""), str(parts.get("host") or "")
    if password.lower() in WEAK - {""} or (password and password == parts.get("user")):
        found.append("DATABASE_URL has a default password: give the role a random one.")
    if parts.get("user") in ("postgres", "yipan_owner"):
        found.append("DATABASE_URL is the address of an owner: the processes run as yipan_app, which owns nothing.")
    if "sslmode" in parts and parts["sslmode"] in ("disable", "allow") and not host.startswith("/"):
        found.append("DATABASE_URL switches TLS to the database off: leave sslmode out, or set require or verify-full.")
    return found


def refuse_unsafe_production() -> None:
    """Raise UnsafeSettings with every problem at once; does nothing outside production."""
    if os.environ.get("YIPAN_ENV", "demo") != "production":
        return
    found = problems(dict(os.environ))
    if found:
        raise UnsafeSettings("Production settings are not safe:\n  - " + "\n  - ".join(found))


def refuse_unsafe_database() -> None:
    """Raise for a database that must not serve as what this process runs as. Needs a connection.

    The kind of a database never changes, and accounts whose passwords stand on the demo's start page open no
    production, however they came into its database."""
    from django.conf import settings

    from yipan.platform import people, records

    known = records.installation()
    if known.kind != settings.ENVIRONMENT:
        raise UnsafeSettings(
            f"This database was founded as {known.kind} and cannot serve as {settings.ENVIRONMENT}: the kind of a "
            f"database never changes. Use another database, or start with YIPAN_ENV={known.kind}."
        )
    if settings.ENVIRONMENT == "production":
        demo = people.queries.accounts_with_public_passwords()
        if demo:
            raise UnsafeSettings(
                f"Accounts with passwords of the demo are active ({', '.join(demo[:3])}): lock them with `yipan user "
                "lock LOGIN`, or give them other passwords with `yipan user reset LOGIN`."
            )
