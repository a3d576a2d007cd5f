"""The result that a notebook gets: what `stetho analyze` says of a recording, with its sound and its pictures."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from stetho import analysis
from stetho.age import Age
from stetho.analysis import RecordingResult
from stetho.audio_array import RawSamples
from stetho.cli.wording import INVESTIGATIONAL, verdict_words
from stetho.config import Config, load_config
from stetho.dsp.envelope import envelope
from stetho.dsp.filters import HIGH_HZ, LOW_HZ, band_pass
from stetho.dsp.mel import log_mel
from stetho.dsp.resample import to_2khz
from stetho.dsp.spectrogram import Shades, spectrogram
from stetho.heart.average_beat import AverageBeat
from stetho.heart.beats import Beat, beats
from stetho.heart.phase_energy import PhaseEnergy
from stetho.inference.models import chosen_model, shipped_model
from stetho.inference.session import MurmurModel
from stetho.stream import Chunk, Origin, Samples, Span


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RecordingAnalysis(RecordingResult):
    """Everything that is known of one recording. In a notebook it shows itself.

    samples: float32 (n,) at `spec.rate_hz`, read-only, zero where some are missing. concealed: spans of it that were
    filled in, gaps: those that never came.
    """

    samples: Samples
    concealed: tuple[Span, ...] = ()
    gaps: tuple[Span, ...] = ()

    @property
    def heart_rate_bpm(self) -> float | None:
        return self.rate.heart_rate_bpm

    @property
    def beats(self) -> tuple[Beat, ...]:
        """Each heart beat whose S1 began in the recording, in seconds."""
        return tuple(beats(self.segments))

    @property
    def average_beat(self) -> AverageBeat | None:
        """All beats laid over each other; None where there are too few (`evidence.beats` says why)."""
        return None if self.evidence is None else self.evidence.average

    @property
    def phase_energy(self) -> PhaseEnergy | None:
        """How loud systole and diastole are, over the quietest part of this very beat; None as for `average_beat`."""
        return None if self.evidence is None else self.evidence.energy

    def filtered(self, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ) -> Samples:
        """float32 (n,), band-passed as the live view draws it. Raises ConfigError for a band that the rate can't have."""
        return band_pass(self.samples, self.spec.rate_hz, low_hz, high_hz)

    def envelope(self) -> Samples:
        """float32 (n,), 100 points a second: the outline of `filtered`, in full scale."""
        return envelope(self.filtered(), self.spec.rate_hz)

    def spectrogram(self) -> Shades:
        """uint8 (65, n), 0-1000 Hz in steps of 15.6 Hz, 50 columns a second; 255 is 0 dB, 0 is -90 dB or less."""
        return spectrogram(self.samples, self.spec.rate_hz)

    def log_mel(self) -> Samples:
        """float32 (40, n), what the network sees, 50 frames a second."""
        return log_mel(to_2khz(self.samples, self.spec.rate_hz))

    def to_json(self, *, segments: bool = False, variability: bool = False, evidence: bool = False) -> dict[str, Any]:
        """The object that `stetho analyze --json` prints, with what its flags of the same names add."""
        result = RecordingResult.to_json(
            self, segments=segments, variability=variability
        )  # super() finds no class that has slots added
        if not evidence:
            result.pop("evidence", None)
        return result

    def __repr__(self) -> str:
        """A line for a console, with the sentence that a result is never shown without."""
        mark = " SIMULATED" if self.spec.origin is Origin.SIMULATED else ""
        said = verdict_words(self.murmur.to_json(self.spec.rate_hz, self.start))
        return f"<{self.recording!r}, {self.duration_s:.1f} s{mark}: {said.removesuffix('.')}. {INVESTIGATIONAL}>"

    def _repr_html_(self) -> str:
        from stetho.notebook.card import card

        return card(self)


def analyze(
    source: Path | str | RawSamples,
    sample_rate_hz: int | None = None,
    *,
    age: Age | None = None,
    model: MurmurModel | Path | None = None,
    origin: Origin | str = Origin.FILE,
) -> RecordingAnalysis:
    """Analyses one recording: a file that libsndfile reads, or the samples of one channel, int16 or floats in full scale.

    The same path as `stetho analyze`, with the user's settings. sample_rate_hz and origin belong to an array: what was
    simulated stays so only where `origin` says it ("simulated"), since an array can't. model: a folder, as for `--model`.
    Raises InputError for what can't be read, ConfigError for a rate that can't be analysed, ModelError for a model that
    nobody trusts.
    """
    heard: list[Chunk] = []
    loaded = model if isinstance(model, MurmurModel) else _model(load_config().with_flags(model=model))
    result = analysis.analyze(
        source, sample_rate_hz, age=age, model=loaded, evidence=True, origin=origin, heard=heard.append
    )
    return _with_sound(result, heard)


def _model(config: Config) -> MurmurModel:
    """The one that ships is kept open; any other is judged anew each time."""
    return shipped_model() if config.model is None and config.models is None else chosen_model(config)


def _with_sound(result: RecordingResult, heard: list[Chunk]) -> RecordingAnalysis:
    stop = max(chunk.stop for chunk in heard) - result.start
    samples = np.zeros(stop, np.float32)
    gaps, at = list[Span](), 0
    for chunk in heard:
        start = chunk.start - result.start
        if start > at:
            gaps.append(Span(at, start))
        samples[start : start + len(chunk)] = chunk.chest
        at = start + len(chunk)
    samples.flags.writeable = False
    holes = (hole for chunk in heard for hole in chunk.concealed)
    concealed = tuple(Span(hole.start - result.start, hole.stop - result.start) for hole in holes)
    known = {field.name: getattr(result, field.name) for field in fields(result)}
    return RecordingAnalysis(**known, samples=samples, concealed=concealed, gaps=tuple(gaps))
