"""Use cases of forms."""

from .amend import amend
from .contest import contest
from .drafts import as_posted, open_draft
from .receiving import Received, receive

__all__ = ["Received", "amend", "as_posted", "contest", "open_draft", "receive"]
