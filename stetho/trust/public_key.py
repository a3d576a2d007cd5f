"""Whose signature counts: an ed25519 key (RFC 8032) that a machine's settings name.

The curve is not ours: `cryptography` computes it, loaded only where a signature is made or checked.
"""

import re
from dataclasses import dataclass

from stetho.config import PUBLIC_KEY
from stetho.errors import ConfigError
from stetho.extras import require

EXTRA = "clinic"
"""The extra that brings `cryptography`."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who can be believed. raw: 32 bytes, a point of the curve as RFC 8032 (5.1.2) writes it; as text, `ed25519:` and 64 small
    hexadecimal digits.
    """

    raw: bytes

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """From `ed25519:` and 64 small hexadecimal digits. Raises ConfigError for anything else."""
        if re.fullmatch(PUBLIC_KEY, text) is None:
            raise ConfigError(
                f"{text!r} is no public key: it is `ed25519:` and 64 hexadecimal digits, as `stetho model keygen` says it."
            )
        return cls(bytes.fromhex(text.removeprefix("ed25519:")))

    def __str__(self) -> str:
        return f"ed25519:{self.raw.hex()}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key's owner signed `message`, of any length. signature: 64 bytes; of another length it is none.

        Raises ConfigError where the library is not installed.
        """
        require("cryptography", EXTRA)
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):  # ValueError: 32 bytes that are no point of the curve
            return False
        return True
