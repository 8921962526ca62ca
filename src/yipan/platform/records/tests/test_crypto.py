"""SM2, SM3, SM4 against published vectors and an independent implementation."""

import os
import stat

import gmalg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yipan.platform.records import crypto
from yipan.platform.records.crypto import sm2, software
from yipan.platform.records.domain import digests


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys")
    return software.SoftwareProvider(software.load_or_generate(path, allow_new=True))


def test_sm3_vector(provider):
    """GB/T 32905-2016 appendix A.1 and A.2."""
    assert provider.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    expected = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    assert provider.digest(b"abcd" * 16).hex() == expected


def test_sm4_vector():
    """GB/T 32907-2016 appendix A.1."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    assert encryptor.update(key).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_vector():
    """RFC 8998 appendix A.1."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    text = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffff"
        "eeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    body = encryptor.update(text) + encryptor.finalize()
    assert body.hex().startswith("17f399f08c67d5ee19d0dc9969c4bb7d")
    assert encryptor.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


@given(st.binary(max_size=300))
@settings(max_examples=15, deadline=None)
def test_sm2_agrees_with_the_oracle(data):
    private, public = sm2.generate()
    signature = sm2.sign(private, public, data)
    assert sm2.verify(public, data, signature)
    assert not sm2.verify(public, data + b"x", signature)
    r, s = sm2._undo_der(signature)
    assert gmalg.SM2(uid=sm2.IDENTIFIER, pk=public).verify(data, r, s)
    theirs = sm2._gm_sign(private, public, data)
    assert sm2.verify(public, data, theirs)


def test_sm2_without_libcrypto(monkeypatch):
    private, public = sm2.generate()
    by_library = sm2.sign(private, public, b"x")
    monkeypatch.setattr(sm2, "_library", lambda: None)
    assert sm2.verify(public, b"x", by_library)
    assert sm2.verify(public, b"x", sm2.sign(private, public, b"x"))
    assert not sm2.verify(public, b"y", by_library)


@pytest.mark.parametrize("broken", [b"", b"0", b"\x30\x00", b"\x30\x06\x02\x01\x01\x02\x01", b"\xff" * 70])
def test_broken_signatures_are_refused_without_an_error(broken):
    _, public = sm2.generate()
    assert not sm2.verify(public, b"x", broken)


def test_a_signature_with_padding_is_refused():
    private, public = sm2.generate()
    signature = sm2.sign(private, public, b"x")
    assert not sm2.verify(public, b"x", signature + b"\x00")


def test_encryption_is_bound_to_its_place(provider):
    token = provider.encrypt(b"440703199001010011", context="person:1:id")
    assert provider.decrypt(token, context="person:1:id") == b"440703199001010011"
    with pytest.raises(crypto.CryptoProblem, match="another field"):
        provider.decrypt(token, context="person:2:id")
    for position in (len(token) - 1, 16, 30):
        changed = bytearray(token)
        changed[position] ^= 1
        with pytest.raises(crypto.CryptoProblem):
            provider.decrypt(bytes(changed), context="person:1:id")
    with pytest.raises(crypto.CryptoProblem, match="not a ciphertext"):
        provider.decrypt(b"\x01\x05abc", context="")
    assert provider.encrypt(b"x", context="a") != provider.encrypt(b"x", context="a")


def test_blind_index_finds_equal_values_of_one_purpose_only(provider):
    one = provider.blind_index("13800138000", purpose="phone")
    assert one == provider.blind_index("13800138000", purpose="phone")
    assert one != provider.blind_index("13800138000", purpose="id")
    assert one != provider.blind_index("13800138001", purpose="phone")


def test_keys_are_made_once_with_a_private_mode_and_old_ones_still_open(tmp_path):
    software.generate(path := tmp_path / "crypto-keys.json")
    before = path.read_bytes()
    software.generate(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    old = software.SoftwareProvider(software.load_or_generate(tmp_path, allow_new=False))
    token, signature = old.encrypt(b"x", context="c"), old.sign(b"s")
    software.rotate(path, "encrypt"), software.rotate(path, "sign")
    new = software.SoftwareProvider(software.load_or_generate(tmp_path, allow_new=False))
    assert new.decrypt(token, context="c") == b"x"
    assert new.verify(b"s", signature)
    assert new.sign(b"s").key_id != signature.key_id
    assert [p.name for p in tmp_path.iterdir()] == ["crypto-keys.json"]
    with pytest.raises(crypto.CryptoProblem, match="blind index"):
        software.rotate(path, "index")


def test_production_does_not_invent_keys(tmp_path):
    with pytest.raises(crypto.CryptoProblem, match="missing"):
        software.load_or_generate(tmp_path, allow_new=False)
    software.generate(tmp_path / "crypto-keys.json")
    os.chmod(tmp_path / "crypto-keys.json", 0o644)
    with pytest.raises(crypto.CryptoProblem, match="chmod 600"):
        software.load_or_generate(tmp_path, allow_new=False)


def test_the_software_provider_says_that_it_is_not_certified(provider):
    assert provider.certified is False
    assert "未经商用密码产品认证" in provider.statement


@given(st.integers(1, 40), st.data())
@settings(deadline=None, max_examples=40)
def test_merkle_proofs(count, data):
    """Every leaf proves itself, no other leaf does, and the order of leaves matters."""
    hash_ = crypto.software.SoftwareProvider(software.Keys({}, {})).digest
    leaves = [digests.leaf(hash_, "case", str(n), n + 1, bytes([n]) * 32) for n in range(count)]
    root = digests.merkle_root(hash_, leaves)
    index = data.draw(st.integers(0, count - 1))
    proof = digests.merkle_proof(hash_, leaves, index)
    assert digests.merkle_check(hash_, leaves[index], proof, root)
    assert not digests.merkle_check(hash_, digests.leaf(hash_, "case", "x", 1, bytes(32)), proof, root)
    if count > 1:
        assert digests.merkle_root(hash_, leaves[::-1]) != root
