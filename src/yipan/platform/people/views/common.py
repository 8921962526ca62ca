"""What several views of the room share."""

from datetime import date

from django.http import HttpRequest

from yipan.platform.records import rights

from .. import access
from ..models import Account


def address_of(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or ""


def own_account(request: HttpRequest) -> Account:
    """The account of the member of staff who asks; citizens have no password here."""
    identity = access.identify(request)
    if identity is None or identity.principal is not None:
        raise rights.Refused("people.me", "个人和企业账号由省统一身份认证管理，请到“粤省事”或认证网站修改。")
    return identity.account


def day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
