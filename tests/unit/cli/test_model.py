"""`stetho model`: from a folder to a model that a site uses, and every way in which it is refused."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stetho.artifacts import MANIFEST, NETWORK, PINNED, find_model
from stetho.cli.app import app
from stetho.notice import INVESTIGATIONAL

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """run("model", "show"): exit code, standard output and error of the command, whose settings are `config.toml` here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STETHO_CONFIG", str(tmp_path / "config.toml"))

    def _run(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            app(list(map(str, arguments)), prog_name="stetho")
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out, said.err

    return _run


@pytest.fixture
def key(run: Run) -> str:
    """A site's key in `site.key`; gives its public half."""
    code, out, _ = run("model", "keygen", "-o", "site.key", "--no-passphrase", "--json")
    assert code == 0
    return str(json.loads(out)["public_key"])


@pytest.fixture
def trust(tmp_path: Path) -> Callable[..., None]:
    """trust(key, ...): the settings of this machine name these keys, and no other."""

    def write(*keys: str) -> None:
        listed = ", ".join(f'"{key}"' for key in keys)
        (tmp_path / "config.toml").write_text(f"[trust]\nmodel_keys = [{listed}]\n", encoding="utf-8")

    return write


@pytest.fixture
def heart(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    noise = np.random.default_rng(7).standard_normal(8 * 2000) * 0.05
    soundfile.write(path, noise, 2000, subtype="PCM_16")
    return path


def test_the_shipped_model_is_shown_and_verified(run: Run, validate: Callable[[str, Any], None]) -> None:
    code, out, _ = run("model", "show")
    assert code == 0
    assert f"murmur {PINNED['murmur'].version}: ships with this version of stetho (pinned)" in out
    assert INVESTIGATIONAL in out
    for wanted in (
        PINNED["murmur"].network_sha256,
        PINNED["murmur"].manifest_sha256,
        "CARD.md",
        "prevalence",
        "ages 0",
    ):
        assert wanted in out
    _, out, _ = run("model", "show", "--json")
    validate("model", json.loads(out))
    assert json.loads(out)["trusted_by"] == "pinned"
    code, out, _ = run("model", "verify", "--json")
    assert code == 0
    verified = json.loads(out)
    validate("model", verified)
    assert verified["notice"] == INVESTIGATIONAL
    assert verified["accepted"]
    assert [check["check"] for check in verified["checks"]] == ["manifest", "network", "mel_table", "golden", "trust"]
    assert verified["checks"][3]["windows"] >= 4


def test_from_a_folder_to_a_model_that_is_used_and_back(
    run: Run, own_model: Path, key: str, trust: Callable[..., None], validate: Callable[[str, Any], None], heart: Path
) -> None:
    approve = (
        "model",
        "approve",
        own_model,
        "--key",
        "site.key",
        "--by",
        "Dr. Ada",
        "--note",
        "400 of our own",
        "--json",
    )
    use = ("analyze", heart, "--json", "--model", own_model)

    # Nobody approved it yet.
    code, out, err = run("model", "verify", own_model, "--json")
    assert code == 7
    validate("model", json.loads(out))
    assert "`stetho model approve --help`" in json.loads(out)["refusal"]
    assert len(err.splitlines()) == 1
    code, out, err = run(*use)
    assert (code, out) == (7, "")
    assert "`stetho model approve --help`" in err

    # Approved, and the settings here don't name the key: approving alone trusts nothing.
    code, out, _ = run(*approve)
    assert code == 0
    approved = json.loads(out)
    validate("model", approved)
    assert (approved["approval"]["key"], approved["trusted_here"]) == (key, False)
    assert approved["notice"] == INVESTIGATIONAL
    code, out, _ = run("model", "verify", own_model)
    *rows, failed, notice = out.splitlines()
    assert (code, notice) == (7, INVESTIGATIONAL)
    assert [row[:4] for row in rows] == ["ok  "] * 4
    assert failed.startswith("FAIL  trust: The model murmur 9.0.0 in ")
    assert run(*use)[0] == 7

    # The settings name it.
    trust(key)
    code, out, _ = run("model", "verify", own_model)
    assert code == 0
    assert f"approved by {key} (Dr. Ada)" in out
    _, out, _ = run("model", "show", own_model, "--json")
    shown = json.loads(out)
    validate("model", shown)
    assert (shown["trusted_by"], shown["approval"]["note"]) == ("site", "400 of our own")
    code, out, _ = run(*use)
    assert code == 0
    result = json.loads(out)
    validate("analyze", result)
    assert "model_site_approved" in result["applicability"]
    assert result["model"] == {"name": "murmur", "version": "9.0.0", "sha256": PINNED["murmur"].network_sha256}
    code, out, _ = run("analyze", heart, "--model", own_model)
    assert "model approved by this site, not the one that ships" in out

    # Revoked: another key stands there.
    trust("ed25519:" + "0" * 64)
    code, _, err = run(*use)
    assert code == 7
    assert key in err


def test_the_settings_can_name_the_model(
    run: Run, own_model: Path, key: str, trust: Callable[..., None], tmp_path: Path, heart: Path
) -> None:
    code, out, _ = run("model", "approve", own_model, "--key", "site.key")
    assert code == 0
    *_, untrusted, line, notice = out.splitlines()
    assert untrusted.startswith("This machine does not trust that key. To trust it, write under [trust] in ")
    assert (line, notice) == (f'model_keys = ["{key}"]', INVESTIGATIONAL)
    trust(key)
    settings = (tmp_path / "config.toml").read_text(encoding="utf-8")
    (tmp_path / "config.toml").write_text(f'model = "{own_model.as_posix()}"\n{settings}', encoding="utf-8")
    code, out, _ = run("analyze", heart, "--json")
    assert code == 0
    assert json.loads(out)["model"]["version"] == "9.0.0"
    assert "9.0.0" in run("model", "show")[1]


def test_an_approval_is_replaced_only_where_that_is_asked_for(
    run: Run, own_model: Path, key: str, trust: Callable[..., None]
) -> None:
    approve = ("model", "approve", own_model, "--key", "site.key")
    other = "ed25519:" + "0" * 64
    trust(other)
    code, out, _ = run(*approve, "--by", "Dr. Ada")
    assert (code, f'model_keys = ["{other}", "{key}"]' in out.splitlines()) == (0, True)
    assert "in place of the line that is there:" in out
    first = (own_model / "approval.json").read_bytes()
    code, out, err = run(*approve)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "is already approved by" in err
    assert "(Dr. Ada)" in err
    assert "--replace" in err
    assert (own_model / "approval.json").read_bytes() == first
    assert run(*approve, "--by", "Dr. Bo", "--replace")[0] == 0
    assert "Dr. Bo" in (own_model / "approval.json").read_text(encoding="utf-8")
    (own_model / "approval.json").write_text("{}", encoding="utf-8")
    code, _, err = run(*approve)
    assert (code, "--replace" in err) == (2, True)


def test_a_copy_of_the_shipped_model_is_not_signed(
    run: Run, key: str, tmp_path: Path, validate: Callable[[str, Any], None]
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in (MANIFEST, NETWORK):
        (copy / file).write_bytes((find_model() / file).read_bytes())
    code, out, _ = run("model", "approve", copy, "--key", "site.key")
    assert (code, out.splitlines()[-1]) == (0, INVESTIGATIONAL)
    assert "needs no approval: nothing was signed" in out
    code, out, _ = run("model", "approve", copy, "--key", "site.key", "--json")
    said = json.loads(out)
    validate("model", said)
    assert (code, said["trusted_by"]) == (0, "pinned")
    assert not (copy / "approval.json").exists()


@pytest.mark.parametrize(
    ("heading", "warned"),
    [
        ("# murmur 9.0.0\n", None),
        ("# murmur\n", None),
        ("", None),
        ("# murmur 9.0.1\n", "9.0.1"),
        ("# murmur 1.2\x1b[2J", "1.2\ufffd[2J"),
    ],
)
def test_a_card_about_another_version_is_warned_of(
    run: Run, own_model: Path, key: str, heading: str, warned: str | None
) -> None:
    (own_model / "CARD.md").write_text(heading, encoding="utf-8")
    for call in (("show", own_model), ("approve", own_model, "--key", "site.key")):
        code, out, _ = run("model", *call)
        assert code == 0
        said = [line for line in out.splitlines() if line.startswith("Warning")]
        words = f"Warning: the card is about version {warned}, and the manifest says 9.0.0."
        assert said == ([] if warned is None else [words])


def test_no_variable_of_a_session_widens_the_trust(
    run: Run, own_model: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("model", "approve", own_model, "--key", "site.key")[0] == 0
    for variable in ("STETHO_TRUST", "STETHO_MODEL_KEYS", "STETHO_TRUST_MODEL_KEYS"):
        monkeypatch.setenv(variable, key)
    assert run("model", "verify", own_model)[0] == 7


@pytest.mark.parametrize(
    "break_it",
    [
        lambda folder: (folder / NETWORK).write_bytes((folder / NETWORK).read_bytes()[:-1]),
        lambda folder: (folder / MANIFEST).write_text("schema = 1", encoding="utf-8"),
        lambda folder: (folder / "golden.npz").unlink(),
        lambda folder: (folder / MANIFEST).unlink(),
        lambda folder: (folder / MANIFEST).write_bytes((find_model() / MANIFEST).read_bytes() + b"# mine\n"),
    ],
    ids=["network", "manifest", "golden", "no manifest", "impostor"],
)
def test_what_is_not_whole_is_not_approved(run: Run, own_model: Path, key: str, break_it) -> None:
    break_it(own_model)
    code, _, err = run("model", "approve", own_model, "--key", "site.key")
    assert code == 7
    assert len(err.splitlines()) == 1
    assert not (own_model / "approval.json").exists()


def test_what_this_machine_does_not_reproduce_is_not_approved(run: Run, own_model: Path, key: str) -> None:
    with np.load(own_model / "golden.npz") as golden:
        arrays = {name: golden[name] for name in golden.files}
    arrays["states"] = np.roll(arrays["states"], 1, axis=1)
    np.savez(own_model / "golden.npz", **arrays)
    code, out, err = run("model", "approve", own_model, "--key", "site.key")
    assert code == 7
    assert "is not reproduced on this machine" in err
    assert "network: sha256" in out
    assert not (own_model / "approval.json").exists()
    _, out, _ = run("model", "verify", own_model)
    assert out.splitlines()[-2].startswith("FAIL  golden: The model murmur 9.0.0 is not reproduced")
    code, out, _ = run("model", "verify", own_model, "--json")
    assert code == 7
    assert [check["check"] for check in json.loads(out)["checks"]] == ["manifest", "network", "mel_table"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--key", "gone.key"), "can't be read"),
        (("--key", "config.toml"), "no private key"),
        (("--key", "site.key", "--note", "a\nb"), "--note must be one line"),
        (("--key", "site.key", "--passphrase-file", "gone"), None),
        ((), None),
    ],
)
def test_a_bad_key_or_call_is_said(
    run: Run, own_model: Path, key: str, trust: Callable[..., None], arguments: tuple[str, ...], sentence: str | None
) -> None:
    trust(key)
    if os.name == "posix":
        Path("config.toml").chmod(0o600)
    code, _, err = run("model", "approve", own_model, *arguments)
    if sentence is None and "--passphrase-file" in arguments:
        assert code == 0  # a key without a passphrase asks for none
        return
    assert code == 2
    assert sentence is None or sentence in err


def test_a_key_with_a_passphrase(run: Run, own_model: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("correct horse\nsecond line\n", encoding="utf-8")
    (tmp_path / "wrong").write_text("battery staple\n", encoding="utf-8")
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    code, out, _ = run("model", "keygen", "-o", "locked.key", "--passphrase-file", "secret")
    assert code == 0
    assert "model_keys = [" in out
    assert b"ENCRYPTED" in (tmp_path / "locked.key").read_bytes()
    approve = ("model", "approve", own_model, "--key", "locked.key")
    for arguments in (
        (),
        ("--passphrase-file", "wrong"),
        ("--passphrase-file", "empty"),
        ("--passphrase-file", "gone"),
    ):
        code, _, err = run(*approve, *arguments)
        assert code == 2, err
        assert "correct horse" not in err
        assert arguments or err == NO_TERMINAL.format("name a file with --passphrase-file")
    assert run(*approve, "--passphrase-file", "secret")[0] == 0


NO_TERMINAL = "stetho: There is no terminal to type the passphrase in: {}.\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), NO_TERMINAL.format("name a file with --passphrase-file, or say --no-passphrase")),
        (("--no-passphrase", "--passphrase-file", "secret"), "contradict each other: give one of them.\n"),
        (("--passphrase-file", "gone"), "can't be read (No such file or directory).\n"),
    ],
)
def test_a_key_is_left_unencrypted_only_where_that_was_asked_for(
    run: Run, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "secret").write_text("correct horse\n", encoding="utf-8")
    code, out, err = run("model", "keygen", "-o", "site.key", *options)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.endswith(sentence)
    assert not (tmp_path / "site.key").exists()
    assert run("model", "keygen", "-o", "site.key", "--no-passphrase")[0] == 0
    assert b"ENCRYPTED" not in (tmp_path / "site.key").read_bytes()


def test_a_key_is_never_overwritten(run: Run, key: str, tmp_path: Path) -> None:
    before = (tmp_path / "site.key").read_bytes()
    code, _, err = run("model", "keygen", "-o", "site.key", "--no-passphrase")
    assert code == 2
    assert "never overwritten" in err
    assert (tmp_path / "site.key").read_bytes() == before


def test_a_hostile_manifest_colours_no_screen(run: Run, own_model: Path) -> None:
    text = (own_model / MANIFEST).read_text(encoding="utf-8")
    hostile = text.replace('text = "', 'text = "\\u001b[2J\\u202e')
    hostile = hostile.replace("\n[training.datasets]\n", '\n[training.datasets]\n"\\u001b[31m" = 3\n')
    (own_model / MANIFEST).write_text(hostile, encoding="utf-8")
    code, out, _ = run("model", "show", own_model)
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_figure_of_0_is_shown(run: Run, own_model: Path) -> None:
    text = (own_model / MANIFEST).read_text(encoding="utf-8")
    (own_model / MANIFEST).write_text(re.sub("\nprevalence = .*", "\nprevalence = 0.0", text), encoding="utf-8")
    code, out, _ = run("model", "show", own_model)
    assert code == 0
    assert any(line.split() == ["prevalence", "0.0"] for line in out.splitlines())


def test_the_folder_of_no_model_is_said(run: Run, tmp_path: Path) -> None:
    for verb in ("show", "verify"):
        code, _, err = run("model", verb, tmp_path / "gone")
        assert code == 7
        assert "There is no model that can be read in" in err


def test_the_pinned_one_needs_no_approval_and_live_refuses_what_is_not(run: Run, own_model: Path) -> None:
    assert run("model", "verify", find_model())[0] == 0
    for verb in (("live", "sim://murmur?seconds=6&speed=0"), ("demo", "--headless")):
        code, out, err = run(*verb, "--model", own_model)
        assert (code, out) == (7, "")
        assert "is refused" in err


def test_every_verdict_of_a_model_of_the_site_s_own_says_so_live(
    run: Run, own_model: Path, key: str, trust: Callable[..., None]
) -> None:
    assert run("model", "approve", own_model, "--key", "site.key")[0] == 0
    trust(key)
    code, out, _ = run("live", "sim://murmur?seconds=9&speed=0", "--json", "--model", own_model)
    assert code == 0
    verdicts = [event for event in map(json.loads, out.splitlines()) if event["event"] == "verdict"]
    assert verdicts[-1]["final"]
    assert all("model_site_approved" in verdict["applicability"] for verdict in verdicts)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a terminal is imitated by a POSIX pty")
@pytest.mark.parametrize(
    ("first", "second", "code"),
    [("correct horse", "correct horse", 0), ("correct horse", "correct hose", 2), ("", "", 2)],
)
def test_a_passphrase_is_asked_for_in_a_terminal_and_not_shown(
    tmp_path: Path, first: str, second: str, code: int
) -> None:
    import pty

    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "stetho", "model", "keygen", "-o", str(tmp_path / "site.key")]
    with subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, start_new_session=True) as process:
        os.close(inside)
        said = b""
        for question, answer in ((b"Passphrase: ", first), (b"Again: ", second))[: 2 if first else 1]:
            while question not in said:
                said += os.read(terminal, 1000)
            os.write(terminal, f"{answer}\n".encode())
        with contextlib.suppress(OSError):  # the other side is closed
            while more := os.read(terminal, 1000):
                said += more
        assert process.wait(timeout=60) == code
    os.close(terminal)
    assert b"correct" not in said
    assert (tmp_path / "site.key").exists() == (code == 0)
    if code == 0:
        assert b"ENCRYPTED" in (tmp_path / "site.key").read_bytes()
