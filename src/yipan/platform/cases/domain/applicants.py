"""Who applies for a case."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies: a person or a firm, and the person who acts for it (an agent), or for him (a minor's guardian)."""

    kind: str
    name: str
    code: str
    person_id: int | None
    entity_id: int | None
    agent_person_id: int | None
    agent_name: str
    account_id: int | None
