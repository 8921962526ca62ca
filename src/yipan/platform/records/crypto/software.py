"""SM2/SM3/SM4 in this process, with keys from a file outside the database.

The key file (JSON, mode 0600) lies in the installation's key folder, or where YIPAN_KEY_FILE says. Old keys stay in
it, so that old signatures verify and old ciphertexts open after a rotation; new work uses the active ones.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import CryptoProblem, Signature, sm2

USES = ("sign", "encrypt", "index")
TOKEN_VERSION = 1
NONCE, TAG = 12, 16


@dataclass(frozen=True, slots=True)
class Keys:
    """``active`` maps a use (sign | encrypt | index) to a key id; ``keys`` maps ids to their material as hex."""

    active: dict[str, str]
    keys: dict[str, dict[str, str]]


def new_key(use: str) -> tuple[str, dict[str, str]]:
    """A fresh key and its id, for example ``sign-9f2c61``."""
    key_id = f"{use}-{secrets.token_hex(4)}"
    if use == "sign":
        private, public = sm2.generate()
        return key_id, {"use": use, "private": private.hex(), "public": public.hex()}
    return key_id, {"use": use, "secret": secrets.token_bytes(16 if use == "encrypt" else 32).hex()}


def key_file(folder: Path) -> Path:
    configured = os.environ.get("YIPAN_KEY_FILE")
    return Path(configured) if configured else Path(folder) / "crypto-keys.json"


def generate(path: Path) -> None:
    """Write a first key file (mode 0600); an existing one is never touched, also when two processes start at once."""
    made = [new_key(use) for use in USES]
    content = {"active": dict(zip(USES, (key_id for key_id, _ in made), strict=True)), "keys": dict(made)}
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, content, replace=False)


def rotate(path: Path, use: str) -> str:
    """Add a key for ``use`` and make it the active one; the id of the new key. Processes read it when they restart."""
    if use not in ("sign", "encrypt"):
        raise CryptoProblem("only sign and encrypt keys rotate: a new index key would lose every stored blind index")
    content = json.loads(path.read_text(encoding="utf-8"))
    key_id, material = new_key(use)
    content["keys"][key_id] = material
    content["active"][use] = key_id
    _write(path, content, replace=True)
    return key_id


def _write(path: Path, content: dict[str, Any], *, replace: bool) -> None:
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)


def load_or_generate(folder: Path, *, allow_new: bool) -> Keys:
    """The keys of this installation; outside production a missing file is made on first use."""
    path = key_file(folder)
    if not path.exists():
        if not allow_new:
            raise CryptoProblem(
                f"The key file {path} is missing. Restore it from its safe copy, or for a new installation make one "
                "with `python -m yipan.platform.records.crypto.software PATH`, and keep a copy apart from backups."
            )
        generate(path)
    if path.stat().st_mode & 0o077:
        raise CryptoProblem(f"The key file {path} can be read by others: chmod 600 {path}")
    content = json.loads(path.read_text(encoding="utf-8"))
    return Keys(content["active"], content["keys"])


class SoftwareProvider:
    """CryptoProvider on the CPU of this machine."""

    name = "software"
    certified = False
    statement = "软件密码模块：使用国密算法 SM2/SM3/SM4，密钥由软件保存，未经商用密码产品认证。"

    def __init__(self, keys: Keys) -> None:
        self._active = keys.active
        self._keys = keys.keys

    def _material(self, key_id: str, use: str) -> dict[str, str]:
        found = self._keys.get(key_id)
        if found is None or found["use"] != use:
            raise CryptoProblem(f"The {use} key {key_id} is not in the key file of this installation.")
        return found

    def digest(self, data: bytes) -> bytes:
        h = hashes.Hash(hashes.SM3())
        h.update(data)
        return h.finalize()

    def sign(self, data: bytes) -> Signature:
        key_id = self._active["sign"]
        material = self._material(key_id, "sign")
        private, public = bytes.fromhex(material["private"]), bytes.fromhex(material["public"])
        return Signature(key_id, sm2.sign(private, public, data))

    def verify(self, data: bytes, signature: Signature) -> bool:
        """False for a wrong signature; CryptoProblem for a key this installation does not know."""
        material = self._material(signature.key_id, "sign")
        return sm2.verify(bytes.fromhex(material["public"]), data, signature.value)

    def public_key(self, key_id: str = "") -> tuple[str, bytes]:
        """Id and uncompressed point (65 bytes, 04‖x‖y) of a signing key; the active one by default."""
        key_id = key_id or self._active["sign"]
        return key_id, bytes.fromhex(self._material(key_id, "sign")["public"])

    def encrypt(self, text: bytes, *, context: str) -> bytes:
        """SM4-GCM: version, length of the key id, key id, nonce, tag, ciphertext. ``context`` is authenticated."""
        key_id = self._active["encrypt"].encode()
        header = bytes([TOKEN_VERSION, len(key_id)]) + key_id
        nonce = secrets.token_bytes(NONCE)
        secret = bytes.fromhex(self._material(key_id.decode(), "encrypt")["secret"])
        encryptor = Cipher(algorithms.SM4(secret), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(header + context.encode())
        body = encryptor.update(text) + encryptor.finalize()
        return header + nonce + encryptor.tag + body

    def decrypt(self, token: bytes, *, context: str) -> bytes:
        """The text; CryptoProblem when the token was changed, moved to another row, or its key is unknown."""
        token = bytes(token)
        if len(token) < 2 or token[0] != TOKEN_VERSION or len(token) < 2 + token[1] + NONCE + TAG:
            raise CryptoProblem("not a ciphertext of this platform")
        start = 2 + token[1]
        header, rest = token[:start], token[start:]
        secret = bytes.fromhex(self._material(header[2:].decode("ascii", "replace"), "encrypt")["secret"])
        nonce, tag, body = rest[:NONCE], rest[NONCE : NONCE + TAG], rest[NONCE + TAG :]
        decryptor = Cipher(algorithms.SM4(secret), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(header + context.encode())
        try:
            return decryptor.update(body) + decryptor.finalize()
        except InvalidTag as problem:
            raise CryptoProblem("the ciphertext was changed, or belongs to another field") from problem

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """HMAC-SM3 of the value for equality search; different purposes give unrelated indexes."""
        secret = bytes.fromhex(self._material(self._active["index"], "index")["secret"])
        mac = hmac.HMAC(secret, hashes.SM3())
        mac.update(purpose.encode() + b"\x00" + value.encode())
        return mac.finalize()


if __name__ == "__main__":
    import sys

    generate(Path(sys.argv[1]))
