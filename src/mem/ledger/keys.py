"""With which key does the service sign? An Ed25519 key in a file of its own, made at the first start."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mem.core.canonical import canonical


class SigningKey:
    """A private key that signs statements; outsiders need only `public`."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = base64.b64encode(raw).decode()

    @classmethod
    def at(cls, path: Path) -> SigningKey:
        """The key in a file; where there is none, a new one, readable by its owner alone."""
        try:
            private = load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError:
            private = Ed25519PrivateKey.generate()
            pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError(f"{path.name} holds no Ed25519 key")
        return cls(private)

    def sign(self, data: bytes) -> str:
        """The signature over some bytes, in base64. The same bytes always give the same signature."""
        return base64.b64encode(self._private.sign(data)).decode()

    def signed(self, statement: dict[str, Any]) -> dict[str, Any]:
        """A statement with the signature over its canonical bytes, and the public key to check it by."""
        return {"statement": statement, "public_key": self.public, "signature": self.sign(canonical(statement))}
