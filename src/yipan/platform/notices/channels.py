"""How a message leaves by SMS and 粤政易: numbers are looked up at the last moment."""

from collections.abc import Callable

from yipan.platform.records import Outgoing, Rejected, Sent, crypto

from . import directory
from .actions.send import PHONE_CONTEXT
from .models import Message


def _message(outgoing: Outgoing) -> Message:
    row = Message.objects.filter(pk=outgoing.payload["message"]).first()
    if row is None:
        raise Rejected("消息已不存在")
    return row


def _contact(row: Message) -> directory.Contact:
    if row.account_id is None:
        phone = crypto.current().decrypt(bytes(row.phone_cipher or b""), context=PHONE_CONTEXT)
        return directory.Contact(None, row.name, phone.decode())
    contact = directory.of_account(row.account_id)
    if contact is None:
        raise Rejected("收件人的账号已不存在")
    return contact


def _call(send: Callable[[], str]) -> Sent:
    """Errors that say of themselves that they are permanent end in the dead letters at once."""
    try:
        return Sent(remote_id=send())
    except Exception as problem:
        if getattr(problem, "permanent", False):
            raise Rejected(str(problem)) from problem
        raise


def send_sms(outgoing: Outgoing) -> Sent:
    from yipan.connectors import sms

    row = _message(outgoing)
    phone = _contact(row).phone
    if not phone:
        raise Rejected("收件人没有登记手机号")
    return _call(lambda: sms.send(phone, row.sms, key=outgoing.key))


def send_yuezhengyi(outgoing: Outgoing) -> Sent:
    from yipan.connectors import yuezhengyi

    row = _message(outgoing)
    user = _contact(row).yuezhengyi
    if not user:
        raise Rejected("收件人没有粤政易账号")
    return _call(lambda: yuezhengyi.send_message(user, row.title, row.body, link=row.link, key=outgoing.key))
