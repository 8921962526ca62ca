"""The OpenAPI document says what the code does: every operation with its door, its answers and its refusals."""

import re
from collections import Counter

import pytest
from django.urls import reverse
from walking import CHINESE, known_rights, routes

import yipan.house.urls  # noqa: F401 - the rooms' operations are added when the addresses are read
from yipan.house.api import WORDS, api
from yipan.platform.ui import access, interface

METHODS = {"get", "post", "put", "patch", "delete"}
SCHEMA = api.get_openapi_schema(path_prefix="")
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
]
every_operation = pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
WORDS_OF_DOORS = {access.PUBLIC, access.SIGNED_IN, access.CITIZEN}


def test_every_address_of_the_interface_stands_in_the_document():
    served = {
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.pattern.removeprefix("api/v1/"))
        for route in routes()
        if route.pattern.startswith("api/v1/")
    }
    assert served - {"/openapi.json", "/"} == set(SCHEMA["paths"])
    assert len(OPERATIONS) > 20


def test_every_operation_of_the_code_stands_in_the_document():
    coded = Counter(
        (method.lower(), path)
        for router in api._get_bound_routers()
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        if operation.include_in_schema
    )
    assert coded == Counter((m, p) for p, methods in SCHEMA["paths"].items() for m in methods)
    hidden = [
        operation.view_func.__name__
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        if not operation.include_in_schema
    ]
    assert not hidden


@every_operation
def test_an_operation_declares_its_door(name, operation):
    """A right, or a word for everybody; the ways in agree with it."""
    right, scope = operation["x-right"], operation.get("x-scope", "")
    assert right in WORDS_OF_DOORS | known_rights()
    ways = [next(iter(way)) for way in operation["security"]]
    if right == access.PUBLIC:
        assert ways == []
        assert not scope
    else:
        assert ways == ["Session", "Key"][: 2 if scope else 1]
    assert not scope or scope in dict(interface.scopes())
    for way in ways:
        assert way in SCHEMA["components"]["securitySchemes"]


def test_every_operation_in_the_code_has_a_real_door():
    """Not only described: the callables that let callers in are there, and none is a stranger."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                doors = list(operation.auth_callbacks)
                assert doors, path
                right = operation.openapi_extra["x-right"]
                if right == access.PUBLIC:
                    assert doors == [interface.anyone], path
                    continue
                assert isinstance(doors[0], interface.Session), path
                assert doors[0].requirement == right
                scope = operation.openapi_extra.get("x-scope")
                assert [door.scope for door in doors[1:]] == ([scope] if scope else [])


@every_operation
def test_an_operation_declares_its_answers(name, operation):
    answers = {str(status): said for status, said in operation["responses"].items()}
    assert "$ref" in answers["200"]["content"]["application/json"]["schema"]
    problem = {"$ref": "#/components/schemas/Problem"}
    expected = {"400", "404", "409", "413", "422", "429"} | (
        set() if operation["x-right"] == access.PUBLIC else {"401", "403"}
    )
    assert set(answers) == expected | {"200"}
    for status in expected:
        assert answers[status]["content"]["application/json"]["schema"] == problem


@every_operation
def test_an_operation_is_explained(name, operation):
    assert CHINESE.search(operation["summary"])
    assert operation["tags"]
    assert re.fullmatch(r"[a-z]+_[a-z_]+", operation["operationId"])


@every_operation
def test_whatever_is_taken_in_has_bounds(name, operation):
    """Texts have a longest, numbers a largest: nobody sends a novel into a key."""
    unbounded = [p["name"] for p in operation["parameters"] if not bounded(p["schema"])]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is not None:
        unbounded += [where for where, schema in leaves(body, "body") if not bounded(schema)]
    assert not unbounded


def test_what_writes_needs_an_idempotency_key_or_changes_the_same_again():
    """Completing, moving and submitting are never done twice; the rest may be repeated without harm."""
    repeatable = {
        "people_switch_post", "people_switch_firm", "notices_read", "licences_verify", "catalogue_materials",
        "cases_progress",
        "cases_settle", "cases_choose",  # the same decision again changes nothing
        "processes_post", "processes_close",  # named by the caller's own key for the errand
    }  # fmt: skip
    for name, operation in OPERATIONS:
        if name.startswith("GET"):
            continue
        keyed = any(p["name"] == "Idempotency-Key" and p["required"] for p in operation["parameters"])
        assert keyed != (operation["operationId"] in repeatable), name


def test_no_two_shapes_have_one_name():
    """The document keeps shapes by name: a second one of the same name would silently replace the first."""
    shapes: dict[str, set[type]] = {}
    waiting = [interface.Schema]
    while waiting:
        for shape in waiting.pop().__subclasses__():
            waiting.append(shape)
            if shape.__module__.startswith("yipan."):
                shapes.setdefault(shape.__name__, set()).add(shape)
    assert len(shapes) > 40
    assert not {name: found for name, found in shapes.items() if len(found) > 1}


def test_operation_ids_are_unique():
    ids = Counter(operation["operationId"] for _, operation in OPERATIONS)
    assert max(ids.values()) == 1


@pytest.mark.django_db
def test_the_document_is_served(client):
    answer = client.get(reverse("api:openapi-json"))
    assert answer.status_code == 200
    document = answer.json()
    assert {path.removeprefix("/api/v1") for path in document["paths"]} == set(SCHEMA["paths"])
    assert CHINESE.search(document["info"]["description"])


def test_the_validators_words_are_chinese():
    assert all(CHINESE.search(sentence) for sentence in WORDS.values())


def resolved(schema):
    return SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def leaves(schema, where):
    """Every simple value of a body with its place."""
    schema = resolved(schema)
    for part in schema.get("anyOf", []):
        yield from leaves(part, where)
    if schema.get("type") == "object":
        for name, inner in schema.get("properties", {}).items():
            yield from leaves(inner, f"{where}.{name}")
        if isinstance(schema.get("additionalProperties"), dict):
            yield from leaves(schema["additionalProperties"], f"{where}.*")
    elif schema.get("type") == "array":
        yield from leaves(schema["items"], f"{where}[]")
    elif "anyOf" not in schema:
        yield where, schema


def bounded(schema) -> bool:
    schema = resolved(schema)
    if "anyOf" in schema:
        return all(bounded(part) for part in schema["anyOf"])
    if "enum" in schema or "const" in schema or schema.get("type") in ("boolean", "null"):
        return True
    if schema.get("type") == "string":
        return "maxLength" in schema or schema.get("format") in ("date", "date-time")
    if schema.get("type") == "integer":
        return "maximum" in schema and "minimum" in schema
    if schema.get("type") == "array":
        return "maxItems" in schema and bounded(schema["items"])
    return False
