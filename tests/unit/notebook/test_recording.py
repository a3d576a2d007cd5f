"""The result of `stetho.analyze`: what the command says, with the sound; each part the same as the stage's own."""

import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import stetho
from stetho import analysis
from stetho.audio_array import chunks
from stetho.cli.app import app
from stetho.dsp.envelope import Envelope
from stetho.dsp.filters import BandPass
from stetho.dsp.frontend import FrontEnd
from stetho.dsp.spectrogram import Spectrogram
from stetho.errors import InputError
from stetho.heart.quality import QualityGate
from stetho.inference.models import shipped_model
from stetho.inference.verdict import Label
from stetho.notebook.recording import _with_sound
from stetho.stage import Stage, run
from stetho.stream import Chunk, Origin, Span


def printed(*arguments: str) -> dict[str, Any]:
    """What the command line prints."""
    said = io.StringIO()
    with redirect_stdout(said), pytest.raises(SystemExit) as ended:
        app(["analyze", "--json", "--quiet", *arguments], prog_name="stetho")
    assert not ended.value.code
    return json.loads(said.getvalue())


@pytest.mark.parametrize("wanted", [(), ("segments",), ("evidence",), ("segments", "evidence")])
def test_it_is_what_the_command_prints(
    murmur_wav: Path, murmur: stetho.RecordingAnalysis, wanted: tuple[str, ...], validate: Any
) -> None:
    mine = murmur.to_json(**dict.fromkeys(wanted, True))
    assert json.loads(json.dumps(mine)) == printed(str(murmur_wav), *(f"--{flag}" for flag in wanted))
    validate("analyze", mine)


def test_an_array_says_what_its_file_says(murmur_wav: Path, murmur: stetho.RecordingAnalysis) -> None:
    samples, rate_hz = soundfile.read(murmur_wav, dtype="int16")
    for form in (samples, samples / 32768, (samples / 32768).astype(np.float32)):
        again = stetho.analyze(form, rate_hz, origin=Origin.SIMULATED)
        assert (again.murmur, again.segments) == (murmur.murmur, murmur.segments)
        assert again.quality_track == murmur.quality_track
        assert (*again.applicability, "ledger_missing") == murmur.applicability
        assert again.provenance is not None
        assert murmur.provenance is not None
        assert again.provenance.audio == murmur.provenance.audio


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one channel"):
        stetho.analyze(np.zeros((2, 40_000), np.float32), 4000)
    with pytest.raises(InputError, match="check the path"):
        stetho.analyze(tmp_path / "none.wav")


def test_it_is_frozen_and_so_is_its_sound(murmur: stetho.RecordingAnalysis) -> None:
    with pytest.raises(FrozenInstanceError):
        murmur.recording = "another"
    with pytest.raises(ValueError, match="read-only"):
        murmur.samples[0] = 1.0


def test_beats_and_average(murmur: stetho.RecordingAnalysis) -> None:
    assert murmur.heart_rate_bpm == pytest.approx(60 / np.median([b.cycle_s for b in murmur.beats if b.cycle_s]))
    assert murmur.average_beat is not None
    assert murmur.phase_energy is not None
    assert murmur.phase_energy.systole_over_diastole_db > 6


def test_without_a_heart_there_are_no_numbers(silence: stetho.RecordingAnalysis) -> None:
    assert silence.heart_rate_bpm is None
    assert silence.average_beat is None
    assert silence.phase_energy is None


def test_each_stage_by_itself_gives_the_same_numbers(murmur: stetho.RecordingAnalysis) -> None:
    def streamed(*stages: Stage[Any, Any], chunk_s: float = 0.017) -> list[Any]:
        items: list[Any] = list(chunks(murmur.samples, murmur.spec.rate_hz, chunk_s))
        spec = items[0].spec
        for stage in stages:
            spec = stage.prepare(spec)
            items = list(run(stage, items))
        return items

    def joined(found: list[Chunk]) -> np.ndarray:
        return np.concatenate([chunk.chest for chunk in found])

    np.testing.assert_array_equal(joined(streamed(BandPass())), murmur.filtered())
    np.testing.assert_array_equal(joined(streamed(BandPass(), Envelope())), murmur.envelope())
    frames = np.concatenate([f.log_mel for f in streamed(FrontEnd())], axis=1)
    np.testing.assert_array_equal(frames, murmur.log_mel())
    shades = np.concatenate([c.shades for c in streamed(Spectrogram())], axis=1)
    np.testing.assert_array_equal(shades, murmur.spectrogram())
    assert tuple(streamed(QualityGate())) == murmur.quality_track


def test_a_console_gets_a_line_that_is_never_without_its_sentence(
    murmur: stetho.RecordingAnalysis, silence: stetho.RecordingAnalysis
) -> None:
    assert re.fullmatch(
        r"<'.*murmur.wav', 9\.0 s SIMULATED: Murmur suspected(, in systole)?\. Investigational .*>", repr(murmur)
    )
    absent = replace(murmur, murmur=replace(murmur.murmur, label=Label.ABSENT))
    assert "does not rule out heart disease. Investigational software." in repr(absent)
    assert "SIMULATED" not in repr(silence)
    assert "Unknown: " in repr(silence)


def test_holes_stay_holes(murmur_wav: Path) -> None:
    pieces = list(chunks(soundfile.read(murmur_wav, dtype="int16")[0], 4000, 1.0))
    filled_in = replace(pieces[2], concealed=(Span(8100, 8200),))
    result = analysis.analyze_chunks("x", pieces[0].spec, [pieces[1], filled_in, pieces[4]], shipped_model())
    kept = _with_sound(result, [pieces[1], filled_in, pieces[4]])
    assert kept.samples.size == 4 * 4000
    assert kept.gaps == (Span(8000, 12_000),)
    assert kept.concealed == (Span(4100, 4200),)
    assert not kept.samples[8000:12_000].any()
    np.testing.assert_array_equal(kept.samples[12_000:], pieces[4].chest)


def test_importing_it_is_instant_and_the_names_are_there() -> None:
    code = (
        "import sys, stetho\nassert {'analyze', 'RecordingAnalysis'} <= set(dir(stetho))\n"
        "assert 'numpy' not in sys.modules and 'stetho.notebook' not in sys.modules\n"
        "try:\n    stetho.diagnose\nexcept AttributeError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "module 'stetho' has no attribute 'diagnose'\n"
