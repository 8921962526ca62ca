"""Writes of the search room: the index, the words, the log of searches."""

from .index import keep_only, put, rebuild, remove
from .log import log_search
from .words import replace_words

__all__ = ["keep_only", "log_search", "put", "rebuild", "remove", "replace_words"]
