"""`stetho evaluate` on synthetic hearts, whose truth is known: the path is checked, no accuracy."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from sklearn.metrics import brier_score_loss, roc_auc_score  # type: ignore[import-untyped]  # it has no types

from hw_sim.heart import Heart, Wish, scenario
from stetho.notice import INVESTIGATIONAL, NOT_RULED_OUT

RATE_HZ = 4000
PEOPLE = 6
Command = Callable[..., Any]
Validate = Callable[[str, Any], None]


@pytest.fixture(scope="module")
def hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six hearts with a murmur and six without, heard at AV and MV; a manifest that says so."""
    folder = tmp_path_factory.mktemp("hearts")
    rows = []
    for seed in range(2 * PEOPLE):
        murmur = bool(seed % 2)
        heart = Heart(scenario("murmur" if murmur else "clear", Wish(seed, RATE_HZ)))
        for site in ("AV", "MV"):
            soundfile.write(folder / f"{seed}{site}.wav", np.asarray(heart.read(8 * RATE_HZ)).reshape(-1), RATE_HZ)
            truth = "present" if murmur else "absent"
            rows.append((f"{seed}{site}.wav", f"e{seed}", site, truth, "m" if seed < PEOPLE else "f", "room 1"))
    _write(folder / "labels.csv", rows)
    return folder


@pytest.fixture
def murmurs(hearts: Path) -> Path:
    """A manifest of the six with a murmur, heard once each: no area, and so nothing to resample."""
    rows = [row for row in _rows(hearts) if row[2] == "AV" and row[3] == "present"]
    _write(hearts / "murmurs.csv", rows)
    return hearts / "murmurs.csv"


HEADER = ("path", "exam", "site", "murmur", "sex", "room")


def _write(path: Path, rows: Any, header: tuple[str, ...] = HEADER) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def _rows(hearts: Path, name: str = "labels.csv") -> list[list[str]]:
    with (hearts / name).open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("policy", [pytest.param("clinical", marks=pytest.mark.slow), "challenge"])
def test_figures_are_those_of_what_analyze_says(
    hearts: Path, command: Command, validate: Validate, policy: str
) -> None:
    manifest = hearts / "labels.csv"
    said = command("evaluate", "--manifest", manifest, "--policy", policy, "--json", "--by", "room")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    validate("evaluate", found)
    printed = [
        json.loads(line)
        for line in command("analyze", "--manifest", manifest, "--policy", policy, "--json").out.splitlines()
    ]
    truth = {row[1]: row[3] for row in _rows(hearts)}
    for level in ("recording", "exam"):
        results = [result for result in printed if ("policy" in result) == (level == "exam")]
        labels = [truth[result["exam"]] for result in results]
        words = [result["murmur"]["label"] for result in results]
        pairs = list(zip(labels, words, strict=True))
        for label, row in found[level]["confusion"].items():
            assert row == {word: pairs.count((label, word)) for word in ("present", "unknown", "absent")}
        positive = [label == "present" for label in labels]
        p = [result["murmur"]["probability"] for result in results]
        figures = found[level]["figures"]
        assert figures["auroc"]["value"] == pytest.approx(roc_auc_score(positive, p), abs=5e-5)
        assert figures["brier"]["value"] == pytest.approx(brier_score_loss(positive, p), abs=5e-5)
        assert figures["sensitivity"]["n"] == sum(positive)
        assert figures["sensitivity"]["people"] == PEOPLE
    assert ("weighted_accuracy" in found["exam"]["figures"]) == (policy == "challenge")
    assert found["exam"]["n"] == found["exam"]["people"] == 2 * PEOPLE
    assert found["model"] == printed[0]["model"]
    assert found["applicability"]["age_unknown"] == found["counts"]["analysed"] == len(_rows(hearts))
    unknown = sum(row["unknown"] for row in found["exam"]["confusion"].values())
    assert sum(found["unknown_reasons"]["exam"].values()) == unknown
    if policy == "clinical":  # two standard sites are missing
        assert found["exam"]["confusion"]["absent"]["absent"] == 0
        assert found["unknown_reasons"]["exam"]["site_missing"] > 0
    groups = [(each["column"], each["value"], each["n"]) for each in found["subgroups"]["exam"]]
    assert groups == [("sex", "f", PEOPLE), ("sex", "m", PEOPLE), ("room", "room 1", 2 * PEOPLE)]
    assert {each["value"] for each in found["subgroups"]["recording"] if each["column"] == "site"} == {"AV", "MV"}


def test_what_is_said_to_people(hearts: Path, command: Command) -> None:
    said = command("evaluate", "--manifest", hearts / "labels.csv", "--policy", "challenge")
    assert said.code == 0, said.err
    assert said.out.startswith(INVESTIGATIONAL)
    assert "trained on are no accuracy" in said.out
    assert f"no murmur detected by the model. {NOT_RULED_OUT}" in said.out
    assert "normal" not in said.out.lower()
    assert "too few" in said.out  # three of each kind in a subgroup
    assert "weighted accuracy" in said.out
    assert "Where 5% have a murmur" in said.out
    tables = [line for line in said.out.splitlines() if not line.endswith(".")]
    assert max(map(len, tables[3:])) <= 120


@pytest.mark.parametrize("policy", ["clinical", "challenge"])
def test_above_the_figures_it_is_said_that_no_exam_could_be_called_absent(
    murmurs: Path, command: Command, policy: str
) -> None:
    said = command("evaluate", "--manifest", murmurs, "--policy", policy).out
    heading = said[: said.index("sensitivity  ")]
    assert ("No exam here has all of AV, PV, TV, MV" in heading) == (policy == "clinical")


@pytest.mark.parametrize(
    ("asked", "code", "word"),
    [
        (("sensitivity=0.1", "recording.unknown_share=1"), 0, "met: sensitivity of exams at least 0.1; it is "),
        (("sensitivity=0.1", "auroc=0"), 1, "MISSED: auroc of exams at least 0; it is too few"),
    ],
)
def test_a_limit_that_is_missed_is_exit_code_1(
    murmurs: Path, tmp_path: Path, command: Command, validate: Validate, asked: tuple[str, ...], code: int, word: str
) -> None:
    arguments = [part for text in asked for part in ("--require", text)]
    base = ("evaluate", "--manifest", murmurs, "--results", tmp_path / "kept.jsonl", *arguments)
    said = command(*base)
    assert said.code == code, said.err
    assert word in said.out
    again = command(*base, "--json")
    assert again.code == code
    found = json.loads(again.out)
    validate("evaluate", found)
    assert all(judged["met"] for judged in found["requirements"]) == (code == 0)


def test_what_can_t_be_read_is_listed_and_the_rest_is_judged(
    murmurs: Path, command: Command, validate: Validate
) -> None:
    strange = [("gone.wav", "e1", "PV", "absent"), ("labels.csv", "e99", "AV", "present"), ("x.wav", "e98", "AV", "")]
    _write(murmurs.with_name("more.csv"), [*_rows(murmurs.parent, murmurs.name), *((*row, "m", "") for row in strange)])
    arguments = ("evaluate", "--manifest", murmurs.with_name("more.csv"), "--results", murmurs.with_name("kept"))
    said = command(*arguments, "--json", "--require", "brier=0")
    assert said.code == 2  # what is missing goes before what is missed
    found = json.loads(said.out)
    validate("evaluate", found)
    assert [each["recording"] for each in found["not_analysed"]] == ["gone.wav", "labels.csv"]
    counts = found["counts"]
    assert (counts["rows"], counts["analysed"], counts["not_analysed"]) == (PEOPLE + 3, PEOPLE, 2)
    assert (counts["unlabelled"], counts["exams_unlabelled"]) == (1, 1)
    assert (counts["exams_not_analysed"], counts["exams_incomplete"]) == (1, 1)
    assert found["exam"]["n"] == PEOPLE
    text = command(*arguments).out
    assert "Recordings that could not be read, in no figure: 2\n  gone.wav: " in text
    assert "Exams of which no recording could be read, in no figure: 1" in text


def test_simulated_recordings_are_marked(tmp_path: Path, command: Command) -> None:
    assert command("record", "sim://murmur?seed=7&seconds=8&speed=0", "-o", tmp_path / "a.flac").code == 0
    _write(tmp_path / "labels.csv", [("a.flac", "e", "AV", "present", "", "")])
    said = command("evaluate", "--manifest", tmp_path / "labels.csv")
    assert said.code == 0, said.err
    assert "SIMULATED recordings are among these: getting them right is no accuracy." in said.out


def test_kept_results_give_the_same_figures_without_the_network(
    murmurs: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.jsonl"
    base = ("evaluate", "--manifest", murmurs, "--json")
    plainly = json.loads(command(*base, "--policy", "challenge").out)
    assert json.loads(command(*base, "--results", kept).out)["policy"] == "clinical"
    whole = kept.read_bytes()
    assert whole.count(b"\n") == PEOPLE
    kept.write_bytes(whole[:-100])  # the last line was being written when the power went
    analysis = _Counted()
    monkeypatch.setattr("stetho.cli.evaluate_kept.analyze_one", analysis)
    again = json.loads(command(*base, "--policy", "challenge", "--results", kept).out)
    assert again == plainly
    assert analysis.calls == 1
    assert kept.read_bytes() == whole


class _Counted:
    """The analysis, and how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, item: Any, model: Any) -> Any:
        from stetho.cli.analysis_run import analyze_one

        self.calls += 1
        return analyze_one(item, model)


def test_kept_results_of_another_sound_are_made_anew_and_that_is_said(
    hearts: Path, tmp_path: Path, command: Command
) -> None:
    sounds = [(hearts / name).read_bytes() for name in ("0AV.wav", "1AV.wav")]
    _write(tmp_path / "labels.csv", [("a.wav", "e", "AV", "absent", "", "")])
    probabilities = []
    for sound in sounds:
        (tmp_path / "a.wav").write_bytes(sound)
        said = command("evaluate", "--manifest", tmp_path / "labels.csv", "--results", tmp_path / "kept", "--json")
        assert said.code == 0
        probabilities.append(json.loads((tmp_path / "kept").read_text(encoding="utf-8").splitlines()[-1])["log_odds"])
    assert "1 recordings of" in said.err
    assert "analysed anew" in said.err
    assert probabilities[0] != probabilities[1]


@pytest.mark.parametrize("content", [b"path,exam\na,b\n", b"RIFF\xff\xfe", b'{"kind": "other"}\n', b"Dear colleague"])
def test_what_holds_no_kept_results_stays_as_it_is(
    hearts: Path, tmp_path: Path, command: Command, content: bytes
) -> None:
    path = tmp_path / "mine"
    path.write_bytes(content)
    said = command("evaluate", "--manifest", hearts / "labels.csv", "--results", path)
    assert said.code == 8
    assert said.err.count("\n") == 1
    assert "name another file for --results" in said.err
    assert path.read_bytes() == content
    assert command("evaluate", "--manifest", hearts / "labels.csv", "--results", tmp_path / "no" / "x").code == 8


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--manifest", "gone.csv"), "There is no manifest gone.csv"),
        (("--manifest", "labels.csv", "--by", "ward"), "no column 'ward' for --by"),
        (("--manifest", "labels.csv", "--require", "auroc=9"), "between 0 and 1"),
        (("--manifest", "only_gone.csv"), "No recording of only_gone.csv could be read; the first: gone.wav"),
    ],
)
def test_what_can_t_be_used_is_one_sentence_and_exit_code_2(
    hearts: Path, command: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(hearts)
    _write(hearts / "only_gone.csv", [("gone.wav", "e", "AV", "present", "", "")])
    said = command("evaluate", *arguments)
    assert said.code == 2
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_strangers_cell_gives_no_orders_to_the_terminal(tmp_path: Path, hearts: Path, command: Command) -> None:
    rows = [
        (str(hearts / "0AV.wav"), "e", "AV", "absent", "[red]\x1b[2Jf", ""),
        ("\x1b]0;x.wav", "f", "AV", "absent", "", ""),
    ]
    _write(tmp_path / "labels.csv", rows)
    said = command("evaluate", "--manifest", tmp_path / "labels.csv")
    assert said.code == 2
    assert "\x1b" not in said.out
    assert "[red]\ufffd[2Jf" in said.out
