"""Every address of the house declares who may enter."""

from walking import known_rights, routes

from yipan.platform.ui import access

WORDS = {access.PUBLIC, access.SIGNED_IN, access.CITIZEN}
# Machine endpoints of the house guard themselves: /metrics asks for a token or this machine, the API for a session or
# a key (tested in their own rooms), the sandbox is not there in production.
MACHINES = ("healthz", "readyz", "metrics", "api/v1/", "sandbox/")


def guarded(route):
    return not route.pattern.startswith(MACHINES)


def test_the_walk_sees_the_house():
    names = {route.name for route in routes()}
    assert {"portal:home", "workbench:home", "ui:display", "records:acts"} <= names


def test_every_route_declares_a_right_that_exists():
    known = WORDS | known_rights()
    wrong = {
        route.pattern: getattr(route.view, "declared_right", "nothing declared")
        for route in routes()
        if guarded(route) and getattr(route.view, "declared_right", None) not in known
    }
    assert not wrong


def test_no_two_routes_have_one_name_or_one_pattern():
    seen: dict[str, str] = {}
    for route in routes():
        if route.name and guarded(route):
            assert seen.setdefault(route.name, route.pattern) == route.pattern
    patterns = [route.pattern for route in routes()]
    assert len(patterns) == len(set(patterns))


def test_machine_endpoints_are_exactly_the_known_ones():
    for route in routes():
        if hasattr(route.view, "declared_right"):
            assert guarded(route), f"{route.pattern} declares a right and stands among the machines' addresses"
