"""Publishing versions of items and keeping answers."""

from .answers import save_answers
from .publish import publish_item, replace_base_items, replace_codes

__all__ = ["publish_item", "replace_base_items", "replace_codes", "save_answers"]
