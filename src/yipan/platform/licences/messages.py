"""What holders are told about their licences."""

from datetime import datetime

from yipan.platform import notices, people

from .models import Licence


def tell_holder(licence: Licence, template: str, at: datetime, **data: str) -> None:
    """A message to the holder, or to every agent of the firm that holds the licence."""
    if licence.holder_entity_id is not None:
        persons = [agent.person_id for agent in people.queries.agents_of(licence.holder_entity_id)]
    else:
        persons = [licence.holder_person_id] if licence.holder_person_id is not None else []
    if not persons:
        return
    notices.send(
        to=[notices.Person(person) for person in persons],
        template=template,
        data={"licence": licence.title, "number": licence.number, "unit": licence.issuer_name, "id": licence.pk} | data,
        subject=("licence", licence.pk),
        at=at,
    )
