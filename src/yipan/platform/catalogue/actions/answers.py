"""Keep the answers of a situation, so that the application begins where the guide ended."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..domain import check_answers
from ..models import SavedAnswers
from ..queries import ItemView


def save_answers(view: ItemView, given: Mapping[str, Any], *, at: datetime) -> SavedAnswers:
    """Raises AnswerRefused. The token carries 120 random bits; answers hold nothing personal."""
    return SavedAnswers.objects.create(
        token=secrets.token_urlsafe(15),
        item_key=view.item.key,
        version_id=view.version_id,
        answers=check_answers(view.item, given),
        at=at,
    )
