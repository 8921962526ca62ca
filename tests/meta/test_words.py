"""What the audit screens show is Chinese: every verb of an act has its name."""

import re

from django.conf import settings
from walking import SOURCE, place

from yipan.platform.records import verbs

LITERAL = re.compile(r"""\bverb\s*=\s*(?:"([a-z_]+\.[a-z_]+)"(?:\s+if\s+[^\n]*?\s+else\s+"([a-z_]+\.[a-z_]+)")?)""")


def test_every_verb_written_in_an_open_room_has_a_name():
    named = {verb for verb, _ in verbs.all_verbs()}
    missing: dict[str, str] = {}
    for room in settings.OPEN_ROOMS:
        for path in SOURCE.joinpath(*room.split(".")[1:]).rglob("*.py"):
            if "/tests/" in str(path):
                continue
            for found in LITERAL.findall(path.read_text()):
                missing |= {verb: place(path) for verb in found if verb and verb not in named}
    assert not missing
