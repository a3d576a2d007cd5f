"""An approval: one form, nothing in it that isn't signed, and it counts by the settings alone."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.artifacts import ModelFiles
from stetho.errors import ConfigError, ModelError, RecordError
from stetho.trust.approval import FILE, MOST_LETTERS, Approval, approve, check, read_approval, write_approval
from stetho.trust.site_key import SiteKey

NOW = datetime(2026, 11, 24, 15, 0, 0, tzinfo=UTC)
KEY, OTHER = SiteKey.generate(), SiteKey.generate()
FILES = ModelFiles(Path("nowhere"), b"manifest", b"network")
MODEL = ("murmur", "7.0.0")
APPROVAL = approve(FILES, MODEL, KEY, NOW, by="Dr. Ada", note="of 400 recordings, \N{GREEK SMALL LETTER KAPPA} 0.8")
CONTENT = APPROVAL.to_bytes()


def refused(content: bytes) -> str | None:
    """Why a file with that content doesn't let the model through; None where it does."""
    try:
        check(Approval.from_bytes(content), FILES, MODEL, [KEY.public])
    except ModelError as error:
        return str(error)
    return None


def test_it_passes_for_the_bytes_that_were_approved_where_the_key_is_trusted() -> None:
    assert refused(CONTENT) is None
    assert CONTENT.isascii()


@given(bit=st.integers(0, len(CONTENT) * 8 - 1))
def test_no_bit_of_it_can_be_another(bit: int) -> None:
    flipped = bytearray(CONTENT)
    flipped[bit // 8] ^= 1 << bit % 8
    assert refused(bytes(flipped)) is not None


def test_not_one_of_all_its_bits_can_be_another() -> None:
    passed = []
    for bit in range(len(CONTENT) * 8):
        flipped = bytearray(CONTENT)
        flipped[bit // 8] ^= 1 << bit % 8
        if refused(bytes(flipped)) is None:
            passed.append(bit)
    assert passed == []


@given(cut=st.integers(0, len(CONTENT) - 1), more=st.binary(min_size=1, max_size=5))
def test_it_can_be_neither_cut_nor_longer(cut: int, more: bytes) -> None:
    assert refused(CONTENT[:cut]) is not None
    assert refused(CONTENT + more) is not None


@pytest.mark.parametrize(
    "written",
    [
        json.dumps,
        lambda whole: json.dumps(whole, indent=2),
        lambda whole: json.dumps(dict(reversed(whole.items())), indent=2) + "\n",
        lambda whole: json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
        lambda whole: json.dumps(whole, indent=2, sort_keys=True).replace("{", '{"schema": 1,', 1) + "\n",
        lambda whole: "\ufeff" + json.dumps(whole, indent=2, sort_keys=True) + "\n",
    ],
)
def test_the_same_in_another_form_is_refused(written) -> None:
    assert refused(written(json.loads(CONTENT)).encode()) is not None


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"statement": []}', b'{"statement": {}, "signature": 3}', b"[" * 9000],
)
def test_what_is_no_approval_is_said(content: bytes) -> None:
    assert "is no approval in the form that stetho writes" in str(refused(content))


@pytest.mark.parametrize("field", ["name", "version", "network_sha256", "manifest_sha256", "date", "by", "note", "key"])
def test_a_statement_that_was_altered_after_it_was_signed_is_refused(field: str) -> None:
    lies = {"date": "2027-01-01T00:00:00Z", "key": str(OTHER.public)}
    altered = replace(APPROVAL, statement=replace(APPROVAL.statement, **{field: lies.get(field, "x")}))
    assert refused(altered.to_bytes()) is not None


def test_another_s_signature_under_a_trusted_key_s_name_is_refused() -> None:
    forged = replace(APPROVAL, signature=OTHER.sign(APPROVAL.statement.signed_bytes()))
    assert "is forged, or was altered" in str(refused(forged.to_bytes()))


def test_a_key_that_the_settings_don_t_name_is_refused_by_its_name() -> None:
    theirs = approve(FILES, MODEL, OTHER, NOW)
    assert refused(theirs.to_bytes()) == (
        f"its approval is signed by {OTHER.public}, which the settings here don't name under [trust]"
    )


def test_a_signature_for_another_purpose_is_none_here() -> None:
    bare = APPROVAL.statement.signed_bytes().partition(b"\n")[2]
    assert "is forged" in str(refused(replace(APPROVAL, signature=KEY.sign(bare)).to_bytes()))


@pytest.mark.parametrize(
    ("files", "model", "sentence"),
    [
        (replace(FILES, network=b"netwerk"), MODEL, "its network is not the one that was approved"),
        (replace(FILES, manifest=b"manifest "), MODEL, "its manifest is not the one that was approved"),
        (FILES, ("murmur", "7.0.1"), r"its approval is for murmur 7\.0\.0"),
        (FILES, ("murmurs", "7.0.0"), r"its approval is for murmur 7\.0\.0"),
    ],
)
def test_it_is_for_one_model_byte_by_byte(files: ModelFiles, model: tuple[str, str], sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        check(APPROVAL, files, model, [OTHER.public, KEY.public])


def test_without_a_trusted_key_nothing_is_approved() -> None:
    with pytest.raises(ModelError, match="the settings here don't name"):
        check(APPROVAL, FILES, MODEL, [])


@pytest.mark.parametrize("words", ["two\nlines", "a \x1b[31mred\x1b[0m word", "\u202eback", "x" * (MOST_LETTERS + 1)])
def test_words_that_can_t_be_shown_in_a_line_are_refused(words: str) -> None:
    with pytest.raises(ConfigError, match="--note must be one line"):
        approve(FILES, MODEL, KEY, NOW, note=words)
    with pytest.raises(ConfigError, match="--by must be one line"):
        approve(FILES, MODEL, KEY, NOW, by=words)
    statement = replace(APPROVAL.statement, note=words)
    signed = Approval(statement, KEY.sign(statement.signed_bytes()))
    assert "is no approval in the form" in str(refused(signed.to_bytes()))  # by a tool that isn't ours


def test_it_lies_beside_the_model_and_takes_the_place_of_the_last(tmp_path: Path) -> None:
    assert read_approval(tmp_path) is None
    (tmp_path / f"{FILE}.new").symlink_to(tmp_path / "elsewhere")
    for approval in (APPROVAL, approve(FILES, MODEL, OTHER, NOW)):
        assert write_approval(tmp_path, approval) == tmp_path / FILE
        assert read_approval(tmp_path) == approval
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE]


def test_one_that_can_t_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="could not be saved"):
        write_approval(tmp_path / "gone", APPROVAL)


def test_one_that_can_t_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b" " * 100_000)
    with pytest.raises(ModelError, match=r"can't be read \(more than 10 kB\)"):
        read_approval(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(ModelError, match="can't be read"):
        read_approval(tmp_path)


def test_who_approved_it_and_when_is_said() -> None:
    assert APPROVAL.words() == f"approved by {KEY.public} (Dr. Ada) on 2026-11-24"
    assert approve(FILES, MODEL, KEY, NOW).words() == f"approved by {KEY.public} on 2026-11-24"


@pytest.mark.skipif(os.name != "posix", reason="folders are made durable on POSIX alone")
def test_it_outlasts_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes are on the disk before it has its name, and its name before it is called written."""
    order: list[str] = []
    fsync, replace_file = os.fsync, Path.replace

    def synced(file: int) -> None:
        fsync(file)
        folder = os.path.samestat(os.fstat(file), tmp_path.stat())
        order.append("folder" if folder else f"{os.fstat(file).st_size} bytes")

    def renamed(path: Path, target: Path) -> Path:
        order.append("name")
        return replace_file(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write_approval(tmp_path, APPROVAL)
    assert order == [f"{len(CONTENT)} bytes", "name", "folder"]
    KEY.write(tmp_path / "site.key", None)
    assert order[3:] == [f"{(tmp_path / 'site.key').stat().st_size} bytes", "folder"]
