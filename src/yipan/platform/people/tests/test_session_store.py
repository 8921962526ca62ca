"""A session that is gone and a database that is gone are told apart."""

import psycopg
import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection

from yipan.platform.people.session_store import SessionStore


def begun() -> SessionStore:
    store = SessionStore()
    store["seen"] = 1
    store.create()
    return store


@pytest.mark.django_db
def test_a_session_that_was_ended_meanwhile_is_not_made_again():
    store = begun()
    Session.objects.all().delete()
    store["seen"] = 2
    with pytest.raises(UpdateError):
        store.save()


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_an_outage():
    store = begun()
    backend = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend])
    store["seen"] = 2
    with pytest.raises(OperationalError):
        store.save()
    connection.close()
    store.save()
    assert SessionStore(store.session_key)["seen"] == 2
