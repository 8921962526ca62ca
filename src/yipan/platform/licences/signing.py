"""Sign and check summaries with the platform's SM2 key."""

from dataclasses import dataclass

from yipan.kernel import identifiers
from yipan.kernel.clock import day_of
from yipan.platform.records import crypto

from .domain import Malformed, compact, open_compact, signed_bytes
from .domain.seal import FORMAT
from .models import Licence


def holder_shown(licence: Licence) -> tuple[str, str]:
    """Name and code as the public sees them: firms in full, natural persons masked."""
    if licence.holder_kind == "person":
        return identifiers.mask_name(licence.holder_name), identifiers.mask_id(licence.holder_code)
    return licence.holder_name, licence.holder_code


def summary(licence: Licence, key_id: str) -> dict[str, object]:
    """What the QR code says (see domain.seal)."""
    name, code = holder_shown(licence)
    return {
        "v": FORMAT,
        "k": key_id,
        "s": licence.serial,
        "t": licence.title,
        "n": licence.number,
        "h": name,
        "c": code,
        "o": licence.issuer_name,
        "d": day_of(licence.issued_at).isoformat(),
        "f": licence.valid_from.isoformat(),
        "e": licence.valid_to.isoformat() if licence.valid_to else "",
    }


def sign(licence: Licence) -> tuple[str, str]:
    """(compact form, key id) of a licence that is about to be stored."""
    provider = crypto.current()
    key_id, _ = provider.public_key()
    signed = signed_bytes(summary(licence, key_id))
    signature = provider.sign(signed)
    if signature.key_id != key_id:  # the key was rotated between the two calls
        return sign(licence)
    return compact(signed, signature.value), key_id


@dataclass(frozen=True, slots=True)
class Opened:
    """A compact form whose signature was checked: ``genuine`` says whether this platform made exactly this."""

    summary: dict[str, str]
    genuine: bool


def check(text: str) -> Opened:
    """Raises Malformed for what is no compact licence."""
    said, signed, value = open_compact(text)
    if signed != signed_bytes(said):
        raise Malformed("not canonical")
    try:
        genuine = crypto.current().verify(signed, crypto.Signature(said["k"], value))
    except (crypto.CryptoProblem, ValueError):
        genuine = False  # a key this platform never had, or bytes that are no signature
    return Opened(said, genuine)


def public_keys(key_ids: list[str]) -> list[dict[str, str]]:
    """Public keys (uncompressed points as hex) by id, the active one first."""
    provider = crypto.current()
    active, _ = provider.public_key()
    keys = []
    for key_id in dict.fromkeys([active, *key_ids]):
        try:
            keys.append({"id": key_id, "public": provider.public_key(key_id)[1].hex()})
        except crypto.CryptoProblem:
            continue  # a key of an installation whose data were taken over without its keys
    return keys
