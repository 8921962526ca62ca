"""Sessions in the database, where an outage of the database is not taken for a mistake of the visitor.

Django takes every database error while a session is saved for a session that was ended meanwhile and answers 400
(请求有误), which nobody sends again. A lost connection is an error of ours: it is raised as what it is.
"""

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import InterfaceError, OperationalError


class SessionStore(DatabaseStore):
    """Django's store with the true cause of a failure."""

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError for a session that is gone, OperationalError or InterfaceError for a database that is."""
        try:
            super().save(must_create)
        except UpdateError as problem:
            cause = problem.__context__
            if isinstance(cause, OperationalError | InterfaceError):
                raise cause from None
            raise
