"""``applicant_name__part``: names that contain some characters, found by an index of their pairs of characters.

Trigrams cannot find two Chinese characters, which is what people type. ``cases_bigrams`` (migration 0011) is an
immutable function, indexed over the names; one character alone is looked for without the index.
``registrations`` tells Django of it.
"""

from typing import Any

from django.db.models import Lookup


def bigrams(words: str) -> list[str]:
    return sorted({words[n : n + 2] for n in range(len(words) - 1)})


class Part(Lookup):
    lookup_name = "part"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        words = str(self.rhs)
        like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        pairs = bigrams(words)
        if not pairs:
            return f"{left} LIKE %s", [*params, like]
        return f"(cases_bigrams({left}) @> %s::text[] AND {left} LIKE %s)", [*params, pairs, *params, like]
