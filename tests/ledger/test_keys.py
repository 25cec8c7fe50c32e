"""Is there one key, made once, kept to its owner, whose signatures an outsider can check?"""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from mem.core.canonical import canonical
from mem.ledger.keys import SigningKey
from mem.verify import check_signed

STATEMENT = {"kind": "receipt", "position": 3, "said": {"b": "é", "a": [1, None, True]}}


def pem(key: Any, secret: bytes | None = None) -> bytes:
    hidden = NoEncryption() if secret is None else BestAvailableEncryption(secret)
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))


def test_where_there_is_no_key_one_is_made_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "below" / "key.pem"
    made = SigningKey.at(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert len(base64.b64decode(made.public, validate=True)) == 32


def test_the_same_file_gives_the_same_key_and_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    made, before = SigningKey.at(file), file.read_bytes()
    again = SigningKey.at(file)
    assert (again.public, again.sign(b"x")) == (made.public, made.sign(b"x"))
    assert file.read_bytes() == before


def test_two_files_have_two_keys(tmp_path: Path) -> None:
    one, other = SigningKey.at(tmp_path / "a.pem"), SigningKey.at(tmp_path / "b.pem")
    assert one.public != other.public
    assert one.sign(b"x") != other.sign(b"x")


def test_a_key_that_was_brought_along_is_the_key(tmp_path: Path) -> None:
    file, ours = tmp_path / "key.pem", Ed25519PrivateKey.generate()
    file.write_bytes(pem(ours))
    found = SigningKey.at(file)
    assert base64.b64decode(found.public) == ours.public_key().public_bytes_raw()
    assert base64.b64decode(found.sign(b"x")) == ours.sign(b"x")


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)], ids=["EC", "RSA"]
)
def test_a_key_of_another_kind_is_refused(key: Any, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(pem(key))
    with pytest.raises(TypeError, match=r"^key\.pem holds no Ed25519 key$"):
        SigningKey.at(tmp_path / "key.pem")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", ValueError),
        (b"no key", ValueError),
        (pem(Ed25519PrivateKey.generate())[:60], ValueError),
        (pem(Ed25519PrivateKey.generate(), b"secret"), TypeError),
    ],
    ids=["empty", "a text", "half a key", "a key under a password"],
)
def test_a_file_that_holds_no_key_is_refused_and_never_replaced(
    content: bytes, error: type[Exception], tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(content)
    with pytest.raises(error):
        SigningKey.at(file)
    assert file.read_bytes() == content


def test_of_many_who_start_at_once_none_replaces_the_key_of_another(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"

    def start(_: int) -> str | None:
        try:
            return SigningKey.at(file).public
        except (FileExistsError, ValueError):  # another was just making it; whoever starts again finds it
            return None

    with ThreadPoolExecutor(8) as pool:
        found = {one for one in pool.map(start, range(8)) if one is not None}
    assert found == {SigningKey.at(file).public}


def test_a_signature_is_over_the_bytes_and_always_the_same(tmp_path: Path) -> None:
    key = SigningKey.at(tmp_path / "key.pem")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public))
    for data in (b"", b"x", b"\x00" * 100):
        assert key.sign(data) == key.sign(data)
        public.verify(base64.b64decode(key.sign(data), validate=True), data)


def test_a_signed_statement_is_the_statement_with_the_signature_over_its_canonical_bytes(tmp_path: Path) -> None:
    key = SigningKey.at(tmp_path / "key.pem")
    signed = key.signed(STATEMENT)
    assert signed == {"statement": STATEMENT, "public_key": key.public, "signature": key.sign(canonical(STATEMENT))}
    assert key.signed(dict(reversed(STATEMENT.items())))["signature"] == signed["signature"]
    assert check_signed(signed, key.public) == check_signed(signed, None) == []
    assert check_signed({**signed, "statement": {**STATEMENT, "position": 4}}, key.public) != []


def test_a_key_does_not_tell_itself(tmp_path: Path) -> None:
    key = SigningKey.at(tmp_path / "key.pem")
    private = (tmp_path / "key.pem").read_text().splitlines()[1]
    assert private not in f"{key!r} {key} {key.signed(STATEMENT)} {key.public}"
