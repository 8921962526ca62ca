"""Failures of a command that a person at the terminal can mend: said in a sentence instead of a traceback."""

import os
import tarfile

from .database import DatabaseProblem
from .secret import UnsafeSettings


def explain(problem: Exception) -> str | None:
    """What to tell the person, or None for a mistake of the program, which deserves its traceback."""
    if isinstance(problem, DatabaseProblem | UnsafeSettings):
        return str(problem)
    if isinstance(problem, OSError) and problem.filename:
        return f"{os.fsdecode(problem.filename)}: {problem.strerror}"
    if isinstance(problem, tarfile.TarError):
        return f"This is no archive written by `yipan backup` ({str(problem).splitlines()[0]})."
    return _explain_database(problem)


def _explain_database(problem: Exception) -> str | None:
    import psycopg
    from django.apps import apps

    if not apps.ready:
        return None
    from django.db import OperationalError, ProgrammingError

    from yipan.platform.records import WrongInstallation
    from yipan.platform.records.crypto import CryptoProblem

    if isinstance(problem, WrongInstallation | CryptoProblem):
        return str(problem)
    cause = problem.__cause__
    if isinstance(problem, psycopg.OperationalError | OperationalError):
        reason = str(problem).strip().splitlines()[0]
        return f"The database cannot be reached: {reason}. Does the server run, and is DATABASE_URL right?"
    if isinstance(problem, ProgrammingError) and isinstance(
        cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn
    ):
        return "This database is not set up for this version: run `yipan migrate` (the demo does it at its start)."
    return None
