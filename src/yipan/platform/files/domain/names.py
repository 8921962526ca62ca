"""File names as they are stored and offered for download."""

import re
import unicodedata

LONGEST = 120


def clean_name(name: str, suffix: str) -> tuple[str, bool]:
    """The name without folders and invisible characters, with the suffix that the content demands.

    Returns the name and whether the suffix had to be changed. Direction marks are dropped because they let
    ``fdp.exe`` look like ``exe.pdf``."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*]', "_", name.replace("\u3000", " ")).strip().rstrip(".")
    stem, dot, old = name.rpartition(".")
    if not dot or len(old) > 5 or not old.isascii():
        stem, old = name, ""
    # .jpeg and .jpg, .tif and .tiff are the same to their owners: the stored name carries one of them, silently.
    same = {"jpeg": "jpg", "tif": "tiff", "jpe": "jpg"}.get(old.lower(), old.lower()) == suffix
    return f"{(stem.strip(' .') or '附件')[:LONGEST]}.{suffix}", not same and bool(old)
