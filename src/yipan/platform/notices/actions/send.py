"""Send a notice: into the inbox at once, by the other channels through the outbox."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from yipan.platform import records
from yipan.platform.records import crypto, sql

from .. import directory, domain
from ..domain import Recipient, UnknownTemplate
from ..models import Message, Refusal, Template

PHONE_CONTEXT = "notices.message.phone"


@transaction.atomic
def send(
    *,
    to: Recipient | Sequence[Recipient],
    template: str,
    data: Mapping[str, object],
    at: dt.datetime,
    subject: tuple[str, object] = ("", ""),
) -> list[int]:
    """Tell everybody behind ``to``; ids of the messages. ``data`` are plain values for the template's placeholders.

    Raises UnknownTemplate, and domain.MissingValue when a placeholder has no value. Nobody to tell is no error.
    """
    found = Template.objects.filter(key=template).first()
    if found is None:
        raise UnknownTemplate(f"no notice template {template!r} is installed")
    recipients = [to] if isinstance(to, domain.Account | domain.Person | domain.Role | domain.Phone) else list(to)
    contacts = directory.resolve(recipients, found.audience)
    if not contacts:
        return []
    refused = _refused([c.account_id for c in contacts if c.account_id is not None])
    messages = Message.objects.bulk_create([_message(found, contact, data, subject, at) for contact in contacts])
    outbox: list[records.Message] = []
    for contact, message in zip(contacts, messages, strict=True):
        channels = domain.channels_for(
            found.channels,
            mandatory=found.mandatory,
            refused=refused.get(contact.account_id, set()),
            reachable=contact.reachable,
        )
        outbox += [_outgoing(channel, message.pk, at) for channel in channels if channel != domain.INAPP]
    if outbox:
        parts = sql.insert_ctes(outbox=outbox)
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {parts.text} SELECT count(*) FROM r_outbox", parts.params)  # noqa: S608
    return [message.pk for message in messages]


def _refused(accounts: Sequence[int]) -> dict[int | None, set[str]]:
    found: dict[int | None, set[str]] = {}
    for account, channel in Refusal.objects.filter(account_id__in=accounts).values_list("account_id", "channel"):
        found.setdefault(account, set()).add(channel)
    return found


def _message(
    template: Template,
    contact: directory.Contact,
    data: Mapping[str, object],
    subject: tuple[str, object],
    at: dt.datetime,
) -> Message:
    values = {"name": contact.name, **data}
    cipher = None
    if contact.account_id is None:
        cipher = crypto.current().encrypt(contact.phone.encode(), context=PHONE_CONTEXT)
    return Message(
        account_id=contact.account_id,
        name=contact.name,
        phone_cipher=cipher,
        phone_masked=domain.mask_phone(contact.phone) if contact.phone else "",
        template_key=template.key,
        title=domain.fill(template.title, values),
        body=domain.fill(template.body, values),
        sms=domain.sms_text(template.sms or template.body, values) if domain.SMS in template.channels else "",
        link=domain.fill(template.link, values),
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        at=at,
    )


def _outgoing(channel: str, message_id: int, at: dt.datetime) -> records.Message:
    # The number is not in the outbox: it is asked for when the message leaves, and it may have changed by then.
    return records.Message(
        channel, f"notice-{message_id}-{channel}", at, {"message": message_id}, ("message", message_id)
    )
