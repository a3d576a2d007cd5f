"""A result can be made again; where it can't, that is said."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from hw_sim.heart import Heart, Wish, scenario
from stetho.analysis import analyze
from stetho.artifacts import find_model
from stetho.inference.models import shipped_model
from stetho.inference.session import MurmurModel
from stetho.notice import INVESTIGATIONAL, NOT_RULED_OUT
from stetho.reproduce.again import reproduce
from stetho.reproduce.finding import Finding, Outcome
from stetho.reproduce.held import LARGEST_ALLOWED
from stetho.reproduce.places import Places
from stetho.reproduce.stored import StoredRecording
from tests.command_line import said_here

RATE_HZ = 4000
Command = Callable[..., Any]
Validate = Callable[[str, Any], None]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two hearts, one clear and one with a murmur, and their results, as `analyze` printed them."""
    folder = tmp_path_factory.mktemp("analysed")
    for seed, name in enumerate(("clear", "murmur")):
        samples = np.asarray(Heart(scenario(name, Wish(7 + seed, RATE_HZ))).read(8 * RATE_HZ)).reshape(-1)
        soundfile.write(folder / f"{name}.wav", samples, RATE_HZ)
    said = said_here(
        folder, "analyze", "--json", "--segments", "--evidence", folder / "clear.wav", folder / "murmur.wav"
    )
    written(folder, said.stdout)
    return folder


@pytest.fixture
def hearts(analysed: Path, tmp_path: Path) -> Path:
    """The two hearts in a folder of the test's own."""
    for name in ("clear.wav", "murmur.wav"):
        shutil.copy(analysed / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def results(analysed: Path, hearts: Path) -> Path:
    """Results of both, as if they had been analysed there."""
    text = (analysed / "results.jsonl").read_text(encoding="utf-8")
    return written(hearts, text.replace(str(analysed), str(hearts)))


def written(folder: Path, text: str) -> Path:
    path = folder / "results.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def changed(results: Path, change: Callable[[Json], None]) -> Path:
    """The first result, and the second with something changed in it."""
    first, second = map(json.loads, results.read_text(encoding="utf-8").splitlines())
    change(second)
    return written(results.parent, f"{json.dumps(first)}\n{json.dumps(second)}\n")


def told(command: Command, validate: Validate, *arguments: object) -> tuple[int, list[Json]]:
    """The exit code of `reproduce`, and its findings."""
    said = command("reproduce", "--json", *arguments)
    findings = [json.loads(line) for line in said.out.splitlines()]
    for finding in findings:
        validate("reproduce", finding)
    return said.code, findings


def test_here_everything_is_identical(results: Path, command: Command, validate: Validate) -> None:
    code, findings = told(command, validate, results)
    assert code == 0
    assert [finding["outcome"] for finding in findings] == ["identical"] * 2
    assert [finding["largest_difference"] for finding in findings] == [0, 0]
    assert all(finding["differences"] == finding["environment"] == [] for finding in findings)
    said = command("reproduce", results)
    assert said.code == 0
    assert said.out.startswith(f"{INVESTIGATIONAL}\n")
    assert said.out.endswith("2 identical of 2\n")


def test_a_flac_of_it_in_another_folder_is_the_same_recording(
    results: Path, tmp_path: Path, command: Command, validate: Validate
) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("clear", "murmur"):
        samples, rate_hz = soundfile.read(tmp_path / f"{name}.wav", dtype="int16")
        soundfile.write(moved / f"{name}.wav", samples, rate_hz, format="FLAC")
        (tmp_path / f"{name}.wav").unlink()
    assert [finding["reason"] for finding in told(command, validate, results)[1]] == ["not_found"] * 2
    code, findings = told(command, validate, results, "--audio", moved)
    assert (code, [finding["outcome"] for finding in findings]) == (0, ["identical"] * 2)


def _probability(result: Json) -> None:
    result["murmur"]["probability"] = round(result["murmur"]["probability"] - 0.1, 3)


def _a_little(result: Json) -> None:
    result["murmur"]["probability"] = round(result["murmur"]["probability"] - 0.001, 3)


def _label(result: Json) -> None:
    result["murmur"]["label"] = "absent"


def _a_window(result: Json) -> None:
    result["provenance"]["windows"][2]["probability"] = 0.123


def _rate(result: Json) -> None:
    result["heart_rate_bpm"] += 1


def _segment(result: Json) -> None:
    result["segments"][3][2] = "diastole"


def _no_provenance(result: Json) -> None:
    del result["provenance"]


def _other_sound(result: Json) -> None:
    result["provenance"]["audio"]["sha256"] = "0" * 64


def _other_holes(result: Json) -> None:
    result["provenance"]["audio"]["holes_sha256"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        (_probability, "probability", "murmur.probability"),
        (_a_little, "same_environment", "murmur.probability"),
        (_label, "label", "murmur.label"),
        (_a_window, "same_environment", "provenance.windows[2].probability"),
        (_rate, "same_environment", "heart_rate_bpm"),
        (_segment, "same_environment", "segments[3][2]"),
        (_no_provenance, "no_provenance", None),
        (_other_sound, "other_audio", None),
        (_other_holes, "other_holes", None),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_was_changed_is_not_reproduced(
    results: Path, command: Command, validate: Validate, change: Callable[[Json], None], reason: str, field: str | None
) -> None:
    code, (same, other) = told(command, validate, changed(results, change))
    assert code == 1
    assert (same["outcome"], other["outcome"], other["reason"]) == ("identical", "not_reproduced", reason)
    assert [difference["field"] for difference in other["differences"]] == ([field] if field else [])
    assert "NOT REPRODUCED" in command("reproduce", results).out


def test_of_another_machine_a_little_is_reproduced_and_says_where_it_was_made(
    results: Path, command: Command, validate: Validate
) -> None:
    def elsewhere(result: Json) -> None:
        _a_little(result)
        result["provenance"]["machine"]["features"] = ["neon"]

    path = changed(results, elsewhere)
    code, (_, finding) = told(command, validate, path)
    assert (code, finding["outcome"], finding["largest_difference"]) == (0, "reproduced", 0.001)
    assert [difference["field"] for difference in finding["environment"]] == ["machine.features"]
    said = command("reproduce", path).out
    assert "reproduced: largest difference 0.001" in said
    assert "made elsewhere" in said


def test_another_model_is_refused(results: Path, command: Command, validate: Validate) -> None:
    def older(result: Json) -> None:
        result["provenance"]["model"] |= {"version": "0.9.0", "manifest_sha256": "1" * 64}

    path = changed(results, older)
    code, (_, finding) = told(command, validate, path)
    assert (code, finding["outcome"], finding["reason"]) == (7, "refused", "other_model")
    assert "murmur 0.9.0" in finding["detail"]
    with path.open("a", encoding="utf-8") as file:
        file.write("no result\n")
    assert told(command, validate, path)[0] == 2


def test_exams_are_made_again_and_one_recording_too_few_is_said(
    hearts: Path, command: Command, validate: Validate
) -> None:
    rows = "".join(f"{name}.wav,{exam},{site},10\n" for exam, site, name in _EXAMS)
    (hearts / "exams.csv").write_text("path,exam,site,age_years\n" + rows, encoding="utf-8")
    for policy in ("clinical", "challenge"):
        said = command("analyze", "--json", "--manifest", hearts / "exams.csv", "--policy", policy)
        path = written(hearts, said.out)
        code, findings = told(command, validate, path)
        outcomes = [finding["outcome"] for finding in findings]
        assert (code, outcomes) == (0, ["identical"] * 4 + ["nothing", "identical"])
        assert [finding.get("exam") for finding in findings] == [None, None, "e1", None, None, "e2"]
    exams = [json.loads(line) for line in said.out.splitlines()]
    exams[2]["murmur"]["label"] = "unknown"
    exams[2]["loudest_site"] = None
    written(hearts, "".join(json.dumps(exam) + "\n" for exam in exams))
    assert told(command, validate, path)[1][2]["reason"] == "label"
    (hearts / "murmur.wav").unlink()
    code, findings = told(command, validate, path)
    assert (code, findings[1]["reason"], findings[2]["reason"]) == (1, "not_found", "its_recordings")
    assert findings[5]["outcome"] == "identical"


_EXAMS = [("e1", "AV", "clear"), ("e1", "MV", "murmur"), ("e2", "AV", "clear"), ("e2", "PV", "gone")]


def test_a_hostile_file_moves_no_cursor_and_ends_nothing(results: Path, command: Command) -> None:
    def hostile(result: Json) -> None:
        result["recording"] = "\x1b[2J\x07gone.wav\n"
        result["provenance"]["model"]["name"] = "\x1b]0;title\x07"

    path = changed(results, hostile)
    path.write_text("{\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    said = command("reproduce", path)
    assert said.code == 1
    assert all(sign.isprintable() or sign == "\n" for sign in said.out)
    assert "Line 1  unusable: no result of" in said.out
    assert "1 identical, 1 NOT REPRODUCED, 1 unusable of 3" in said.out


def test_a_result_without_a_murmur_never_stands_alone(results: Path, command: Command, validate: Validate) -> None:
    clear, murmur = told(command, validate, results)[1]
    assert NOT_RULED_OUT in clear["notice"]
    assert INVESTIGATIONAL in murmur["notice"]
    path = changed(results, _label)
    assert NOT_RULED_OUT in told(command, validate, path)[1][1]["notice"]
    said = command("reproduce", path).out
    assert "murmur.label: absent then, present now\n    This does not rule out heart disease. Investigational" in said


@pytest.mark.parametrize("arguments", [("gone.jsonl",), (".",), ("results.jsonl", "--audio", "no/such/folder"), ()])
def test_what_can_t_be_used_is_a_usage_error(results: Path, command: Command, arguments: tuple[str, ...]) -> None:
    said = command("reproduce", *(str(results.parent / part) if "." in part else part for part in arguments))
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err


def test_a_live_take_says_the_same_sound_as_its_file(hearts: Path, command: Command) -> None:
    said = command("live", f"{(hearts / 'murmur.wav').as_uri()}?speed=0", "--json")
    final = [event for event in map(json.loads, said.out.splitlines()) if event.get("final")][-1]
    filed = analyze(hearts / "murmur.wav").to_json()["provenance"]
    assert filed["audio"].pop("file_sha256")
    assert final["provenance"]["audio"].pop("file_sha256") is None
    assert final["provenance"] == filed


def other_processor(network: str, *, optimized: bool) -> MurmurModel:
    """The shipped model as a processor with other arithmetic might compute it: its hash stays, its numbers don't."""
    import onnxruntime

    model = MurmurModel.load(find_model())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    content = (find_model() / network).read_bytes()
    model._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return model


def stored(path: Path, model: MurmurModel, *, here: bool) -> StoredRecording:
    result = json.loads(json.dumps(replace(analyze(path, model=model), recording=path.name).to_json()))
    if not here:
        result["provenance"]["machine"]["processor"] = "another"
    return StoredRecording(path.name, result, result["provenance"], None, None)


def by_hand(then: Json, now: Json) -> Outcome:
    """The rule, written down a second time."""
    figures = ("probability", "unknown_probability")
    close = all(abs(then[figure] - now[figure]) < LARGEST_ALLOWED + 0.0005 for figure in figures)
    return Outcome.REPRODUCED if then["label"] == now["label"] and close else Outcome.NOT_REPRODUCED


@pytest.mark.slow
def test_real_recordings_are_identical_here_and_judged_by_the_rule_elsewhere(
    forty_recordings: list[Path], heavy_count: Callable[[int], int]
) -> None:
    chosen = forty_recordings[:: max(1, len(forty_recordings) // heavy_count(len(forty_recordings)))]
    places = Places(chosen[0], chosen[0].parent)
    ours = [stored(path, shipped_model(), here=True) for path in chosen]
    assert {finding.outcome for finding in reproduce(ours, places, shipped_model())} == {Outcome.IDENTICAL}
    for network, optimized in (("model.int8.onnx", False), ("model.fp32.onnx", True)):
        model = other_processor(network, optimized=optimized)
        theirs = [stored(path, model, here=False) for path in chosen]
        findings = list(reproduce(theirs, places, shipped_model()))
        for then, now, finding in zip(theirs, ours, findings, strict=True):
            if finding.outcome is not Outcome.IDENTICAL:
                assert finding.outcome is by_hand(then.result["murmur"], now.result["murmur"]), then.name
                assert finding.differences
                assert finding.environment
        print(_counted(network, optimized, findings))


def _counted(network: str, optimized: bool, findings: list[Finding]) -> str:
    outcomes = [finding.outcome for finding in findings]
    largest = max(finding.largest_difference or 0.0 for finding in findings)
    counts = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in Outcome if outcome in outcomes)
    return f"{network}, {'' if optimized else 'not '}optimized: {counts}; largest difference {largest:.3f}"


def test_without_results_one_sentence_shows_how_it_is_called(tmp_path: Path) -> None:
    said = said_here(tmp_path, "reproduce")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == "stetho: Name what `analyze --json` printed: `stetho reproduce results.jsonl`.\n"
