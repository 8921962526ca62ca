"""SM2 signatures (GB/T 32918.2) by ctypes on the system's libcrypto, with gmalg where libcrypto lacks them.

Keys are raw: private 32 bytes, public 65 bytes (04‖x‖y). Signatures are DER (r, s) over SM3 with the default
identifier 1234567812345678 (GM/T 0009). OpenSSL takes keys as DER, built here, because its parameter interface
cannot be called without its header files.
"""

import ctypes
import ctypes.util
from functools import cache
from typing import Any

import gmalg

IDENTIFIER = b"1234567812345678"
# SubjectPublicKeyInfo prefix: id-ecPublicKey with the curve SM2 (1.2.156.10197.1.301), then the 65-byte point.
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
# PKCS#8 prefix of the same algorithm, up to the 32-byte private value, and the tag before the point.
_PKCS8 = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_PKCS8_POINT = bytes.fromhex("a144034200")


class _LibcryptoLacksSM2(Exception):
    pass


@cache
def _library() -> ctypes.CDLL | None:
    """libcrypto ≥ 3 that really signs and verifies SM2 (checked once against gmalg), or None."""
    name = ctypes.util.find_library("crypto")
    if name is None:
        return None
    try:
        lib = ctypes.CDLL(name)
        lib.OPENSSL_version_major()
    except (OSError, AttributeError):
        return None
    for function in ("EVP_sm3", "EVP_MD_CTX_new", "d2i_AutoPrivateKey", "d2i_PUBKEY"):
        getattr(lib, function).restype = ctypes.c_void_p
    try:
        private, public = _generate_gmalg()
        probe = b"probe"
        works = _gm_verify(public, probe, _sign_with(lib, private, public, probe)) and _verify_with(
            lib, public, probe, _gm_sign(private, public, probe)
        )
    except _LibcryptoLacksSM2:
        return None
    return lib if works else None


def _context(lib: ctypes.CDLL, key: int, initialise: str) -> ctypes.c_void_p:
    context = ctypes.c_void_p(lib.EVP_MD_CTX_new())
    inner = ctypes.c_void_p()
    if getattr(lib, initialise)(context, ctypes.byref(inner), ctypes.c_void_p(lib.EVP_sm3()), None, _p(key)) != 1:
        lib.EVP_MD_CTX_free(context)
        raise _LibcryptoLacksSM2
    if lib.EVP_PKEY_CTX_set1_id(inner, IDENTIFIER, ctypes.c_size_t(len(IDENTIFIER))) != 1:
        lib.EVP_MD_CTX_free(context)
        raise _LibcryptoLacksSM2
    return context


def _p(value: int | None) -> ctypes.c_void_p:
    return ctypes.c_void_p(value)


def _load(lib: ctypes.CDLL, function: str, der: bytes) -> int:
    pointer = ctypes.c_char_p(der)
    key = getattr(lib, function)(None, ctypes.byref(pointer), ctypes.c_long(len(der)))
    if not key:
        raise _LibcryptoLacksSM2
    return key


def _sign_with(lib: ctypes.CDLL, private: bytes, public: bytes, data: bytes) -> bytes:
    key = _load(lib, "d2i_AutoPrivateKey", _PKCS8 + private + _PKCS8_POINT + public)
    try:
        context = _context(lib, key, "EVP_DigestSignInit")
        try:
            size = ctypes.c_size_t(80)
            out = ctypes.create_string_buffer(80)
            if lib.EVP_DigestSign(context, out, ctypes.byref(size), data, ctypes.c_size_t(len(data))) != 1:
                raise _LibcryptoLacksSM2
            return out.raw[: size.value]
        finally:
            lib.EVP_MD_CTX_free(context)
    finally:
        lib.EVP_PKEY_free(_p(key))


def _verify_with(lib: ctypes.CDLL, public: bytes, data: bytes, signature: bytes) -> bool:
    key = _load(lib, "d2i_PUBKEY", _SPKI + public)
    try:
        context = _context(lib, key, "EVP_DigestVerifyInit")
        try:
            answer = lib.EVP_DigestVerify(
                context, signature, ctypes.c_size_t(len(signature)), data, ctypes.c_size_t(len(data))
            )
            lib.ERR_clear_error()
            return answer == 1
        finally:
            lib.EVP_MD_CTX_free(context)
    finally:
        lib.EVP_PKEY_free(_p(key))


# -- DER of a signature, and the pure Python implementation ----------------------------------------------------------
def _der_integer(value: bytes) -> bytes:
    value = value.lstrip(b"\x00") or b"\x00"
    if value[0] & 0x80:
        value = b"\x00" + value
    return bytes([2, len(value)]) + value


def _der(r: bytes, s: bytes) -> bytes:
    body = _der_integer(r) + _der_integer(s)
    return bytes([0x30, len(body)]) + body


def _undo_der(signature: bytes) -> tuple[bytes, bytes] | None:
    """(r, s) as 32 bytes each, or None for anything but the one DER form of two positive integers."""
    try:
        if signature[0] != 0x30 or signature[1] != len(signature) - 2 or signature[2] != 2:
            return None
        end = 4 + signature[3]
        if signature[end] != 2 or end + 2 + signature[end + 1] != len(signature):
            return None
        r, s = signature[4:end].lstrip(b"\x00"), signature[end + 2 :].lstrip(b"\x00")
        if len(r) > 32 or len(s) > 32 or _der(r, s) != signature:
            return None
    except IndexError:
        return None
    return r.rjust(32, b"\x00"), s.rjust(32, b"\x00")


def _gm(**keys: Any) -> gmalg.SM2:
    return gmalg.SM2(uid=IDENTIFIER, **keys)


def _generate_gmalg() -> tuple[bytes, bytes]:
    private, public = _gm().generate_keypair()
    return private.rjust(32, b"\x00"), public


def _gm_sign(private: bytes, public: bytes, data: bytes) -> bytes:
    return _der(*_gm(sk=private, pk=public).sign(data))


def _gm_verify(public: bytes, data: bytes, signature: bytes) -> bool:
    pair = _undo_der(signature)
    return pair is not None and _gm(pk=public).verify(data, *pair)


# -- the face -------------------------------------------------------------------------------------------------------
def generate() -> tuple[bytes, bytes]:
    """A private key (32 bytes) and its public point (65 bytes), from the operating system's random source."""
    return _generate_gmalg()


def sign(private: bytes, public: bytes, data: bytes) -> bytes:
    """DER signature of ``data``."""
    lib = _library()
    return _sign_with(lib, private, public, data) if lib else _gm_sign(private, public, data)


def verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """True when ``signature`` (strict DER) was made over ``data`` by the owner of ``public``."""
    if _undo_der(signature) is None:
        return False
    lib = _library()
    return _verify_with(lib, public, data, signature) if lib else _gm_verify(public, data, signature)
