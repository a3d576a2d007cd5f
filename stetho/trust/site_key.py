"""A site's private key, ed25519 (RFC 8032): it signs what the site approves."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stetho.artifacts import read_bounded
from stetho.durable import make_durable
from stetho.errors import ConfigError, RecordError
from stetho.extras import require
from stetho.trust.public_key import EXTRA, PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MOST_KEY_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A site's private key: it approves, and is kept where it approves and nowhere else.

    A seed of 32 bytes (RFC 8032, 5.1.5) inside the library's object; its signatures are of 64 bytes. In a file: PKCS 8, PEM.
    """

    _private: "Ed25519PrivateKey" = field(repr=False)

    @classmethod
    def generate(cls) -> "SiteKey":
        """A new one, of the system's randomness. Raises ConfigError where the library is not installed."""
        require("cryptography", EXTRA)
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path, passphrase: bytes | None) -> "SiteKey":
        """From a PEM file (PKCS 8) of at most 10 kB. passphrase: None for a key that is not encrypted.

        Raises ConfigError for a file that is no key, or that others can read.
        """
        require("cryptography", EXTRA)
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        content = _private_file(path)
        try:
            private = load_pem_private_key(content, passphrase)
        except (TypeError, ValueError, UnsupportedAlgorithm):
            secret = "it is encrypted" if is_encrypted(content) else "it is not encrypted, or damaged"
            raise ConfigError(
                f"The key {path} can't be opened with {'that' if passphrase else 'no'} passphrase ({secret})."
            ) from None
        if not isinstance(private, Ed25519PrivateKey):
            raise ConfigError(f"The key {path} is of another kind than ed25519: make one with `stetho model keygen`.")
        return cls(private)

    def write(self, path: Path, passphrase: bytes | None) -> None:
        """To a new file that its owner alone can read, encrypted where there is a passphrase.

        Raises ConfigError for a file that exists: a key is never overwritten. Raises RecordError where it can't be made.
        """
        content = self._pem(passphrase)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        except FileExistsError:
            raise ConfigError(f"{path} exists, and a key is never overwritten: name a new file.") from None
        except OSError as error:
            raise RecordError(f"The key {path} can't be made ({error.strerror}).") from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            make_durable(path.parent)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise RecordError(f"The key {path} could not be saved ({error.strerror}).") from None

    def _pem(self, passphrase: bytes | None) -> bytes:
        from cryptography.hazmat.primitives.serialization import (
            BestAvailableEncryption,
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    @property
    def public(self) -> PublicKey:
        """Its public half, 32 bytes."""
        return PublicKey(self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """64 bytes, the same for the same message."""
        return self._private.sign(message)


def is_encrypted(pem: bytes) -> bool:
    """Whether a passphrase opens it."""
    return b"ENCRYPTED" in pem


def needs_passphrase(path: Path) -> bool:
    """Whether the key in `path` asks for one. Raises ConfigError as reading it does."""
    return is_encrypted(_private_file(path))


def _private_file(path: Path) -> bytes:
    try:
        content = read_bounded(path, MOST_KEY_BYTES)
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigError(f"The key {path} can be read by others than its owner: chmod 600 it, or make a new one.")
    except OSError as error:
        raise ConfigError(f"The key {path} can't be read ({error.strerror}).") from None
    if b"PRIVATE KEY" not in content:
        raise ConfigError(f"{path} is no private key: name the file that `stetho model keygen` made.")
    return content
