"""The database's version against the code's: which migrations wait, which are unknown; the rights of the app role."""

from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from .database import APP


@dataclass(frozen=True, slots=True)
class SchemaState:
    """``applied`` names known migrations in the database, ``waiting`` those still to run, ``newer`` unknown ones."""

    applied: list[str]
    waiting: list[str]
    newer: list[str]


def state() -> SchemaState:
    executor = MigrationExecutor(connection)
    applied = set(executor.loader.applied_migrations or {})
    disk = executor.loader.disk_migrations or {}
    known = set(disk)
    ours = {app for app, _ in known}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    name = "{0[0]}.{0[1]}".format
    replaced = {old for migration in disk.values() for old in migration.replaces}
    newer = [key for key in applied - known - replaced if key[0] in ours]
    return SchemaState(
        sorted(map(name, applied & known)),
        [f"{migration.app_label}.{migration.name}" for migration, _ in plan],
        sorted(map(name, newer)),
    )


def upgrade() -> None:
    """Run every waiting migration, let the run-time role use what there is, and found a new database as what it is.

    Raises records.WrongInstallation for a database that was founded as another kind (demo | test | production), and
    CryptoProblem without the keys that seal its first act; neither leaves anything changed.
    """
    from yipan.platform import records

    records.crypto.current()
    founded = "records_installation" in connection.introspection.table_names()
    if founded and records.installation().kind != settings.ENVIRONMENT:
        records.found(settings.ENVIRONMENT)  # refuses
    call_command("migrate", interactive=False, verbosity=0)
    grant_run_time_rights()
    records.found(settings.ENVIRONMENT)


def grant_run_time_rights() -> None:
    """The app role reads and writes rows in the current schema; it owns nothing and can change no table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP])
        if not cursor.fetchone():
            return
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {APP}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {APP}")
        cursor.execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {APP}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {APP}")
