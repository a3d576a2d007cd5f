"""A site's keys: the curve is that of RFC 8032, the files are those of openssl, and a private one stays private."""

import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.errors import ConfigError, RecordError
from stetho.trust.public_key import PublicKey
from stetho.trust.site_key import SiteKey, needs_passphrase

# RFC 8032, section 7.1: seed, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493
KEY = SiteKey.generate()


def private_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def pem_of(seed: bytes) -> bytes:
    """RFC 8410, section 10.3: a private key in its PKCS 8 frame."""
    framed = bytes.fromhex("302e020100300506032b657004220420") + seed
    return b"-----BEGIN PRIVATE KEY-----\n" + b64encode(framed) + b"\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(("seed", "public", "message", "signature"), VECTORS)
def test_it_signs_and_verifies_as_the_rfc_does(
    tmp_path: Path, seed: str, public: str, message: str, signature: str
) -> None:
    key = SiteKey.read(private_file(tmp_path / "rfc.key", pem_of(bytes.fromhex(seed))), None)
    assert str(key.public) == f"ed25519:{public}"
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert key.public.verifies(bytes.fromhex(signature), bytes.fromhex(message))


@given(message=st.binary(max_size=200), bit=st.integers(0, 64 * 8 - 1))
def test_no_bit_of_a_signature_can_be_another(message: bytes, bit: int) -> None:
    flipped = bytearray(KEY.sign(message))
    flipped[bit // 8] ^= 1 << bit % 8
    assert not KEY.public.verifies(bytes(flipped), message)


@given(message=st.binary(max_size=50), other=st.binary(max_size=50))
def test_a_signature_is_for_one_message_and_of_one_key(message: bytes, other: bytes) -> None:
    signature = KEY.sign(message)
    assert KEY.public.verifies(signature, message)
    assert KEY.public.verifies(signature, other) == (message == other)
    assert not SiteKey.generate().public.verifies(signature, message)


def test_a_second_form_of_a_signature_is_refused() -> None:
    signature = KEY.sign(b"x")
    s = int.from_bytes(signature[32:], "little") + ORDER  # RFC 8032, 5.1.7: the same point, and malleable
    assert not KEY.public.verifies(signature[:32] + s.to_bytes(32, "little"), b"x")


@pytest.mark.parametrize("signature", [b"", b"\0" * 63, b"\0" * 64, b"\0" * 65, b"\xff" * 64])
def test_what_is_no_signature_verifies_nothing(signature: bytes) -> None:
    assert not KEY.public.verifies(signature, b"x")


def test_a_public_key_that_is_no_point_verifies_nothing() -> None:
    assert not PublicKey(b"\xff" * 32).verifies(KEY.sign(b"x"), b"x")


@pytest.mark.parametrize(
    "text",
    ["", "ed25519:", "ed25519:" + "0" * 63, "ed25519:" + "A" * 64, "rsa:" + "0" * 64, "ed25519:" + "0" * 64 + "\n"],
)
def test_what_is_no_public_key_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match="is no public key"):
        PublicKey.parse(text)


def test_a_public_key_is_read_as_it_is_written() -> None:
    assert PublicKey.parse(str(KEY.public)) == KEY.public


@pytest.mark.parametrize("passphrase", [None, b"correct horse", "pässwörd".encode()])
def test_a_key_is_read_as_it_was_written_and_by_its_owner_alone(tmp_path: Path, passphrase: bytes | None) -> None:
    path = tmp_path / "site.key"
    KEY.write(path, passphrase)
    assert path.stat().st_mode & 0o777 == 0o600 or os.name != "posix"
    assert needs_passphrase(path) == (passphrase is not None)
    assert SiteKey.read(path, passphrase).public == KEY.public
    with pytest.raises(ConfigError, match="can't be opened with"):
        SiteKey.read(path, b"wrong")
    if passphrase is not None:
        with pytest.raises(ConfigError, match="with no passphrase"):
            SiteKey.read(path, None)


def test_a_key_is_never_overwritten_nor_written_through_a_link(tmp_path: Path) -> None:
    path = tmp_path / "site.key"
    KEY.write(path, None)
    before = path.read_bytes()
    (tmp_path / "link.key").symlink_to(tmp_path / "elsewhere")
    for taken in (path, tmp_path / "link.key"):
        with pytest.raises(ConfigError, match="exists, and a key is never overwritten"):
            KEY.write(taken, None)
    assert path.read_bytes() == before
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_that_can_t_be_saved_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="can't be made"):
        KEY.write(tmp_path / "gone" / "site.key", None)


def test_a_key_is_not_in_its_own_words(tmp_path: Path) -> None:
    KEY.write(tmp_path / "site.key", None)
    secret = re.sub(rb"-----[A-Z ]+-----|\s", b"", (tmp_path / "site.key").read_bytes())
    assert secret.decode() not in repr(KEY)
    assert "private" not in repr(KEY).lower()


@pytest.mark.skipif(os.name != "posix", reason="this system has no POSIX signals")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    KEY.write(tmp_path / "site.key", None)
    (tmp_path / "site.key").chmod(mode)
    with pytest.raises(ConfigError, match="can be read by others"):
        SiteKey.read(tmp_path / "site.key", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        pem_of(b"\x01" * 31),
        b"PRIVATE KEY" * 2000,
    ],
)
def test_a_file_that_is_no_key_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = private_file(tmp_path / "bad.key", content)
    with pytest.raises(ConfigError) as refusal:
        SiteKey.read(path, None)
    assert str(path) in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_a_key_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        SiteKey.read(tmp_path / "gone.key", None)


def test_a_key_of_another_kind_is_said(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ConfigError, match="another kind than ed25519"):
        SiteKey.read(private_file(tmp_path / "ec.key", pem), None)


# --- another implementation ----------------------------------------------------------------------------------------


def openssl(*arguments: str | Path, ok: bool = True) -> str:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("this system has no openssl")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=30)
    assert (done.returncode == 0) == ok, done.stderr
    return done.stdout


def test_openssl_verifies_what_we_sign_and_refuses_what_was_altered(tmp_path: Path) -> None:
    private, public = tmp_path / "site.key", tmp_path / "public.pem"
    KEY.write(private, b"secret")
    openssl("pkey", "-in", private, "-passin", "pass:secret", "-pubout", "-out", public)
    (tmp_path / "message").write_bytes(b"what a site says")
    (tmp_path / "signature").write_bytes(KEY.sign(b"what a site says"))
    verify = ("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-sigfile", tmp_path / "signature", "-in")
    assert "Verified Successfully" in openssl(*verify, tmp_path / "message")
    (tmp_path / "altered").write_bytes(b"what a site said")
    openssl(*verify, tmp_path / "altered", ok=False)


def test_we_verify_what_openssl_signs_with_a_key_of_its_own(tmp_path: Path) -> None:
    private, message, signature = tmp_path / "site.key", tmp_path / "message", tmp_path / "signature"
    openssl("genpkey", "-algorithm", "ed25519", "-out", private)
    private.chmod(0o600)
    message.write_bytes(b"what a site says")
    openssl("pkeyutl", "-sign", "-inkey", private, "-rawin", "-in", message, "-out", signature)
    key = SiteKey.read(private, None)
    assert key.public.verifies(signature.read_bytes(), b"what a site says")
    assert key.sign(b"what a site says") == signature.read_bytes()


def test_nothing_is_loaded_for_a_key_that_isn_t_used() -> None:
    code = "import sys, stetho.inference.models, stetho.trust.site_key; assert 'cryptography' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
