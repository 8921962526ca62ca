"""Who I am for the platform: account, posts, rights; changing the post one acts from."""

from django.http import Http404, HttpRequest
from ninja import Schema

from yipan.platform import calendar
from yipan.platform.records import rights
from yipan.platform.ui import interface

from . import access, queries

room = interface.Room("people", "人员")


class PostOut(Schema):
    id: int
    title: str
    unit: str
    current: bool


class FirmOut(Schema):
    id: int
    name: str
    manager: bool
    current: bool


class GrantOut(Schema):
    role: str
    scope: str
    unit: str
    as_deputy: bool
    rights: list[str]


class Me(Schema):
    """``kind``: staff (posts, grants) or citizen (firms he may act for)."""

    name: str
    kind: str
    unit: str
    post: str
    posts: list[PostOut]
    firms: list[FirmOut]
    grants: list[GrantOut]
    deputy_for: list[str]


@room.get("/me", "当前登录人", door=interface.SIGNED_IN, answer=Me)
def me(request: HttpRequest) -> Me:
    """Account, posts and rights of whoever is signed in, as they hold at this moment."""
    return _me(request)


def _me(request: HttpRequest) -> Me:
    identity = access.identify(request)
    assert identity is not None, "the door has let nobody in without an account"
    actor, chosen = identity.actor, identity.principal
    grants: list[GrantOut] = []
    deputy_for: list[str] = []
    if chosen is None:
        titles = queries.role_titles()
        grants = [
            GrantOut(
                role=titles.get(grant.role_key, grant.role_key),
                scope=queries.SCOPE_WORDS.get(grant.scope, grant.scope),
                unit=grant.unit_key,
                as_deputy=grant.deputy_for is not None,
                rights=sorted(rights.title(name) for name in grant.rights),
            )
            for grant in access.grants_for(actor)
        ]
        deputy_for = sorted(queries.absent_people_for(identity.account.person_id, calendar.now()).values())
    return Me(
        name=actor.name,
        kind="staff" if chosen is None else "citizen",
        unit=actor.unit_name,
        post=actor.post_name,
        posts=[
            PostOut(id=post.post_id, title=post.title, unit=post.unit_name, current=post.post_id == actor.post_id)
            for post in identity.posts
        ],
        firms=[
            FirmOut(
                id=firm.entity_id or 0,
                name=firm.entity_name,
                manager=firm.manager,
                current=chosen is not None and firm.entity_id == chosen.entity_id,
            )
            for firm in identity.firms
        ],
        grants=grants,
        deputy_for=deputy_for,
    )


class PostChosen(Schema):
    post_id: interface.Id


@room.post("/me/post", "切换岗位", door=interface.SIGNED_IN, answer=Me)
def switch_post(request: HttpRequest, chosen: PostChosen) -> Me:
    """Act from another of one's posts from now on; a post one does not hold is not there."""
    identity = access.identify(request)
    if identity is None or chosen.post_id not in {post.post_id for post in identity.posts}:
        raise Http404
    return _chosen(request, access.POST_IN_SESSION, chosen.post_id)


class FirmChosen(Schema):
    """``entity_id`` null: oneself."""

    entity_id: interface.Id | None


@room.post("/me/firm", "切换办事身份", door=interface.CITIZEN, answer=Me)
def switch_firm(request: HttpRequest, chosen: FirmChosen) -> Me:
    """Act for a firm one is an agent of, or for oneself."""
    identity = access.identify(request)
    firms = {firm.entity_id for firm in identity.firms} if identity is not None else set()
    if chosen.entity_id is not None and chosen.entity_id not in firms:
        raise Http404
    return _chosen(request, access.FIRM_IN_SESSION, chosen.entity_id)


def _chosen(request: HttpRequest, name: str, value: int | None) -> Me:
    request.session[name] = value
    request._identity = None  # type: ignore[attr-defined]
    return _me(request)
