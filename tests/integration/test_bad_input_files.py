"""Bad files and manifests: one clear sentence each, the contract's exit code, the rest of the batch done, no traceback."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from hw_sim.heart import Heart, Wish, scenario
from stetho.artifacts import find_model
from stetho.cli.analysis_table import NO_CELLS, flat
from stetho.exam.site import Site

RATE_HZ = 4000
SECONDS = 9
Validate = Callable[[str, Any], None]
Make = Callable[[Path, Any], None]


@pytest.fixture(scope="module")
def heart() -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.asarray(Heart(scenario("murmur", Wish(7, RATE_HZ))).read(SECONDS * RATE_HZ)).reshape(-1)


def _no_audio(path: Path, heart: Any) -> None:
    path.write_text("Dear colleague, ...", encoding="utf-8")


def _empty(path: Path, heart: Any) -> None:
    path.write_bytes(b"")


def _no_samples(path: Path, heart: Any) -> None:
    soundfile.write(path, heart[:0], RATE_HZ)


def _nan(path: Path, heart: Any) -> None:
    samples = heart / 32768
    samples[20_000] = np.nan
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")


def _header_alone(path: Path, heart: Any) -> None:
    soundfile.write(path, heart, RATE_HZ)
    path.write_bytes(path.read_bytes()[:30])


def _folder(path: Path, heart: Any) -> None:
    path.mkdir()


def _missing(path: Path, heart: Any) -> None:
    pass


def _silent(path: Path, heart: Any) -> None:
    soundfile.write(path, np.zeros_like(heart), RATE_HZ)


def _one_second(path: Path, heart: Any) -> None:
    soundfile.write(path, heart[:RATE_HZ], RATE_HZ)


def _cut(path: Path, heart: Any) -> None:
    soundfile.write(path, heart, RATE_HZ)
    path.write_bytes(path.read_bytes()[: 44 + 3 * RATE_HZ])


def _stereo(path: Path, heart: Any) -> None:
    soundfile.write(path, np.stack((heart, heart[::-1]), axis=1), RATE_HZ)


def _8_bit(path: Path, heart: Any) -> None:
    soundfile.write(path, heart, RATE_HZ, subtype="PCM_U8")


def _192_khz(path: Path, heart: Any) -> None:
    soundfile.write(path, np.repeat(heart, 48), 192_000)


def _slow(path: Path, heart: Any) -> None:
    soundfile.write(path, heart, 1000)


REFUSED: dict[Make, str] = {
    _no_audio: "is no audio",
    _empty: "is empty",
    _no_samples: "holds no samples",
    _nan: "no numbers",
    _header_alone: "is no audio",
    _folder: "is a folder",
    _missing: "is not there",
    _slow: "1000 Hz",
}
USED: dict[Make, str | None] = {
    _silent: "unknown",
    _one_second: "unknown",
    _cut: "unknown",
    _stereo: None,
    _8_bit: None,
    _192_khz: None,
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_a_file_that_can_t_be_used_is_said_in_its_place_and_the_rest_is_done(
    tmp_path: Path, heart: Any, command: Callable[..., Any], validate: Validate, make: Make
) -> None:
    bad, good = tmp_path / "bad.wav", tmp_path / "good.wav"
    make(bad, heart)
    soundfile.write(good, heart, RATE_HZ)
    said = command("analyze", "--json", bad, good)
    assert said.code == 2
    refused, result = map(json.loads, said.out.splitlines())
    validate("analyze", refused)
    validate("analyze", result)
    assert refused["recording"] == str(bad)
    assert REFUSED[make] in refused["error"]
    assert "\n" not in refused["error"]
    assert result["murmur"]["label"] in {"present", "absent", "unknown"}
    assert "Traceback" not in said.err


@pytest.mark.parametrize("make", USED, ids=lambda make: make.__name__)
def test_a_file_that_is_only_unusual_is_analysed(
    tmp_path: Path, heart: Any, command: Callable[..., Any], validate: Validate, make: Make
) -> None:
    path = tmp_path / "odd.wav"
    make(path, heart)
    said = command("analyze", "--json", path)
    assert said.code == 0, said
    result = json.loads(said.out)
    validate("analyze", result)
    label = USED[make]
    if label is None:
        assert result["quality"]["usable"]
    else:
        assert result["murmur"]["label"] == label
        assert result["murmur"]["reason"]


def test_stereo_8_bit_and_192_khz_say_what_the_plain_file_says(
    tmp_path: Path, heart: Any, command: Callable[..., Any]
) -> None:
    plain = tmp_path / "plain.wav"
    soundfile.write(plain, heart, RATE_HZ)
    paths = [plain]
    for make in (_stereo, _8_bit, _192_khz):
        paths.append(tmp_path / f"{make.__name__}.wav")
        make(paths[-1], heart)
    results = [json.loads(line)["murmur"] for line in command("analyze", "--json", *paths).out.splitlines()]
    assert len({result["label"] for result in results}) == 1
    assert np.ptp([result["probability"] for result in results]) <= 0.03


def test_a_cut_file_says_on_standard_error_that_it_was_cut(
    tmp_path: Path, heart: Any, command: Callable[..., Any]
) -> None:
    path = tmp_path / "cut.wav"
    _cut(path, heart)
    assert "it was cut: 1.5 of 9.0 s are there" in command("analyze", path).err
    assert command("--quiet", "analyze", path).err == ""
    assert command("analyze", "--quiet", path).err == ""


@pytest.mark.parametrize("policy", ["clinical", "challenge"])
def test_a_manifest_with_a_missing_file_still_gives_the_exam(
    tmp_path: Path, heart: Any, command: Callable[..., Any], validate: Validate, policy: str
) -> None:
    soundfile.write(tmp_path / "good.wav", heart, RATE_HZ)
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,exam,site\ngood.wav,e1,AV\nmissing.wav,e1,MV\n", encoding="utf-8")
    said = command("analyze", "--json", "--policy", policy, "--manifest", manifest)
    assert said.code == 2
    good, missing, exam = map(json.loads, said.out.splitlines())
    for thing in (good, missing, exam):
        validate("analyze", thing)
    assert "missing.wav is not there" in missing["error"]
    assert [(thing["exam"], thing["site"]) for thing in (good, missing)] == [("e1", "AV"), ("e1", "MV")]
    assert (exam["exam"], exam["policy"]) == ("e1", policy)
    if policy == "clinical":
        assert exam["murmur"]["label"] != "absent"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("path,exam\na.wav,e\n", "no column 'site'"),
        ("path,exam,site\n", "lists no recordings"),
        ("path,exam,site\na.wav,e,XX\n", "site 'XX'"),
        ("path,exam,site\n,e,AV\n", "no path"),
        (b"\xff\xfe\x00", "is no CSV in UTF-8"),
        (None, "There is no manifest"),
    ],
)
def test_a_manifest_that_can_t_be_used_is_one_sentence(
    tmp_path: Path, command: Callable[..., Any], content: str | bytes | None, sentence: str
) -> None:
    manifest = tmp_path / "m.csv"
    if content is not None:
        manifest.write_bytes(content if isinstance(content, bytes) else content.encode())
    said = command("analyze", "--manifest", manifest)
    assert said.code == 2
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_neither_or_both_kinds_of_input_is_a_usage_error(tmp_path: Path, command: Callable[..., Any]) -> None:
    assert command("analyze").code == 2
    assert command("analyze", "a.wav", "--manifest", "m.csv").code == 2


def test_a_table_holds_what_json_says(tmp_path: Path, heart: Any, command: Callable[..., Any]) -> None:
    soundfile.write(tmp_path / "good.wav", heart, RATE_HZ)
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,exam,site\ngood.wav,e1,AV\ngone.wav,e1,MV\n", encoding="utf-8")
    said = command("analyze", "--json", "--manifest", manifest, "--csv", tmp_path / "r.csv")
    result, _, exam = map(json.loads, said.out.splitlines())
    recordings = (tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()
    exams = (tmp_path / "r.exams.csv").read_text(encoding="utf-8").splitlines()
    row = dict(zip(recordings[0].split(","), recordings[1].split(","), strict=True))
    assert row["murmur.label"] == result["murmur"]["label"]
    assert row["murmur.probability"] == str(result["murmur"]["probability"])
    assert len(recordings) == 3
    assert exams[0].startswith("exam,policy,murmur.label")
    cells = {name for name in flat(result) if not name.startswith(NO_CELLS)}
    assert set(recordings[0].split(",")) == cells | {"error"}
    assert set(exams[0].split(",")) == {*flat(exam), *(f"sites.{site.value}" for site in Site)}
    assert "gone.wav is not there" in recordings[2].replace('"', "")
    assert command("analyze", tmp_path / "good.wav", "--csv", tmp_path / "no" / "r.csv").code == 8


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A models folder with a copy of the pinned model, to be damaged."""
    shipped = find_model("murmur")
    folder = tmp_path / "models"
    shutil.copytree(shipped, folder / shipped.parent.name / shipped.name)
    return folder


def _damage_network(model: Path) -> None:
    network = bytearray((model / "model.int8.onnx").read_bytes())
    network[len(network) // 2] ^= 1
    (model / "model.int8.onnx").write_bytes(network)


def _swap_network(model: Path) -> None:
    (model / "model.int8.onnx").write_bytes(b"another network")


def _change_a_threshold(model: Path) -> None:
    manifest = (model / "manifest.toml").read_text(encoding="utf-8")
    (model / "manifest.toml").write_text(manifest + "\n# changed\n", encoding="utf-8")


def _lose_network(model: Path) -> None:
    (model / "model.int8.onnx").unlink()


@pytest.mark.parametrize(
    "harm", [_damage_network, _swap_network, _change_a_threshold, _lose_network], ids=lambda harm: harm.__name__
)
def test_a_damaged_or_swapped_model_judges_nothing(
    tmp_path: Path,
    heart: Any,
    models: Path,
    command: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], None],
) -> None:
    good = tmp_path / "good.wav"
    soundfile.write(good, heart, RATE_HZ)
    monkeypatch.setenv("STETHO_MODELS", str(models))
    assert command("analyze", good).code == 0
    harm(next(models.glob("murmur/*")))
    for arguments in (("analyze", good), ("live", f"{good.as_uri()}?speed=0", "--json")):
        said = command(*arguments)
        assert said.code == 7
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert "Traceback" not in said.err
