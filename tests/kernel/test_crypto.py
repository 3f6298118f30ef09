"""Keys, seals, shares and signed documents: they open for whom they should and for nobody else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examserver.kernel.canonical import to_json
from examserver.kernel.crypto import keys, seal, shares
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import (
    NotADocument,
    SignatureBroken,
    Trust,
    TrustedKey,
    check_signatures,
    read_document,
    read_trust,
    require_signatures,
    sign_document,
)


def test_sealed_bytes_open_only_with_key_context_and_every_bit_intact() -> None:
    key = seal.new_key()
    sealed = seal.seal_bytes(key, "试题".encode(), b"context")
    assert seal.open_bytes(key, sealed, b"context").decode() == "试题"
    flipped = bytes([*sealed[:-1], sealed[-1] ^ 1])
    for wrong in (
        (seal.new_key(), sealed, b"context"),
        (key, sealed, b"other"),
        (key, flipped, b"context"),
        (key, b"", b""),
    ):
        with pytest.raises(seal.CannotOpen):
            seal.open_bytes(*wrong)


def test_hpke_opens_for_the_recipient_in_the_right_context_only() -> None:
    mine, other = keys.SealingKey.generate(), keys.SealingKey.generate()
    sealed = seal.seal_to(mine.public_raw, b"share", b"info")
    assert seal.open_with(mine, sealed, b"info") == b"share"
    for key, info in ((other, b"info"), (mine, b"elsewhere")):
        with pytest.raises(seal.CannotOpen):
            seal.open_with(key, sealed, info)


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.integers(1, 5), st.integers(0, 3), st.randoms())
def test_any_k_of_n_shares_rebuild_the_secret_and_fewer_do_not(secret: bytes, k: int, more: int, random) -> None:  # type: ignore[no-untyped-def]  # hypothesis' Random
    made = shares.split_secret(secret, k, k + more)
    chosen = random.sample(made, k)
    assert shares.join_shares(chosen) == secret
    if k > 1:
        assert shares.join_shares(chosen[:-1]) != secret


def test_repeated_or_malformed_shares_are_refused() -> None:
    made = shares.split_secret(b"s" * 32, 2, 3)
    for wrong in ([], [made[0], made[0]], [made[0], shares.Share(2, b"short")]):
        with pytest.raises(shares.NotEnoughShares):
            shares.join_shares(wrong)


def test_a_key_file_opens_with_its_passphrase_and_shows_only_public_keys_without() -> None:
    pair = keys.KeyPair.generate()
    file = keys.write_key_file(pair, "张保管", "correct horse")
    assert keys.read_key_file(file, "correct horse") == pair
    assert keys.read_public_part(file)["name"] == "张保管"
    assert pair.signing.raw.hex() not in file.hex()
    with pytest.raises(keys.WrongPassphrase):
        keys.read_key_file(file, "wrong")
    renamed = to_json(json.loads(file) | {"public": json.loads(file)["public"] | {"name": "李"}})
    with pytest.raises(keys.WrongPassphrase):
        keys.read_key_file(renamed, "correct horse")
    with pytest.raises(keys.NotAKeyFile):
        keys.read_key_file(b"[]", "x")


def _signed() -> tuple[bytes, Trust]:
    key = keys.SigningKey.generate()
    data = sign_document({"名": "𠮷", "n": 1}, "exam.thing", 1, [Signer("bank", "题库", key)])
    return data, Trust((TrustedKey("bank", "题库", key.public_raw),))


def test_a_signed_document_verifies_under_its_trust_list_only() -> None:
    data, trust = _signed()
    document = read_document(data, "exam.thing")
    assert all(check.ok for check in check_signatures(document, trust, ["bank"]))
    assert read_trust(trust.as_file()) == trust
    for other in (None, Trust(), _signed()[1]):
        assert not all(check.ok for check in check_signatures(document, other, ["bank"]))
    with pytest.raises(SignatureBroken):
        require_signatures(document, trust, ["bank", "authority"])


def test_a_changed_body_type_or_version_breaks_the_signature() -> None:
    data, trust = _signed()
    for change in ({"body": {"名": "吉", "n": 1}}, {"type": "exam.other"}, {"version": 2}):
        altered = read_document(to_json(json.loads(data) | change))
        with pytest.raises(SignatureBroken):
            require_signatures(altered, trust, ["bank"])


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"a":1}', b"\xff", b'{"type":1,"version":1,"body":{},"signatures":[]}', b"[" * 100_000],
)
def test_malformed_documents_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotADocument):
        read_document(data)


def test_a_document_in_another_spelling_is_refused() -> None:
    data, _ = _signed()
    with pytest.raises(NotADocument):
        read_document(json.dumps(json.loads(data)).encode())
