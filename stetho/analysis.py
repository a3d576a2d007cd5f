"""From a recording to one typed result: what `stetho analyze` prints, and what every take's final verdict is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.age import Age
from stetho.errors import InputError
from stetho.heart.beats import Segment
from stetho.heart.quality import QualitySummary, summarize
from stetho.heart.rate import HeartRate
from stetho.inference.evidence import Evidence, EvidenceCollector
from stetho.inference.models import shipped_model
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import TakeAnalysis
from stetho.inference.verdict import Label, MurmurVerdict, ScoredWindow
from stetho.notice import notice_for
from stetho.provenance.audio import AudioHash, file_sha256
from stetho.provenance.environment import this_environment
from stetho.provenance.record import ModelHashes, Provenance, window_records
from stetho.stream import CHEST, Chunk, Origin, StreamSpec, read_only

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which model said it."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """What is known of one recording. Times are seconds from its start, which is sample `start` of its stream."""

    recording: str
    start: int
    duration_s: float
    spec: StreamSpec
    quality: QualitySummary
    rate: HeartRate
    murmur: MurmurVerdict
    segments: tuple[Segment, ...]
    applicability: tuple[str, ...]
    concealed_share: float
    model: ModelId
    calibration_id: str | None = None
    provenance: Provenance | None = None
    evidence: Evidence | None = None

    @property
    def label(self) -> Label:
        return self.murmur.label

    def to_json(self, *, segments: bool = False) -> dict[str, Any]:
        """The contract's object of `analyze --json` (docs/schemas/analyze.schema.json)."""
        bpm = self.rate.heart_rate_bpm
        result: dict[str, Any] = {
            "recording": self.recording,
            "duration_s": round(self.duration_s, 3),
            "sample_rate_hz": self.spec.rate_hz,
            "quality": {
                "usable": self.quality.usable,
                "score": round(self.quality.score, 3),
                "reasons": list(self.quality.reasons),
            },
            "heart_rate_bpm": None if bpm is None else round(bpm, 1),
            "heart_rate_confidence": round(self.rate.confidence, 2),
            "murmur": self.murmur.to_json(self.spec.rate_hz, self.start),
            "applicability": list(self.applicability),
            "calibration": {"id": self.calibration_id, "state": "none"},
            "concealed_share": round(self.concealed_share, 4),
            "origin": self.spec.origin.value,
            "model": {"name": self.model.name, "version": self.model.version, "sha256": self.model.sha256},
            "notice": notice_for(self.label),
            "schema": SCHEMA,
        }
        if self.provenance is not None:
            result["provenance"] = self.provenance.to_json()
        if self.evidence is not None:
            result["evidence"] = self.evidence.to_json()
        if segments:
            result["segments"] = [[round(s.start_s, 3), round(s.stop_s, 3), s.state.value] for s in self.segments]
        return result


def analyze(
    source: Path | str | npt.NDArray[np.floating],
    sample_rate_hz: int | None = None,
    *,
    age: Age | None = None,
    model: MurmurModel | None = None,
    evidence: bool = False,
) -> RecordingResult:
    """Analyses one recording: a file that libsndfile reads, or float samples in full scale, (n,) or (channels, n).

    sample_rate_hz belongs to an array, and only to it. evidence: also give what the verdict rests on (`Evidence`), which
    takes the network eight more windows. Raises InputError for what can't be read, ConfigError for a rate
    that can't be analysed, ModelError for a model that can't be trusted.
    """
    if isinstance(source, Path | str):
        from stetho.audio_file import AudioFile

        with AudioFile(Path(source)) as file:
            chunks, whole_file = file.chunks(), file_sha256(file.path)
            model = model or shipped_model()
            return analyze_chunks(
                str(source), file.spec, chunks, model, age, file.cautions, whole_file, evidence=evidence
            )
    spec, whole = _one_chunk(source, sample_rate_hz)
    return analyze_chunks("array", spec, (whole,), model or shipped_model(), age, evidence=evidence)


def _one_chunk(samples: npt.NDArray[np.floating], sample_rate_hz: int | None) -> tuple[StreamSpec, Chunk]:
    """An array at the door: what is no recording is refused here, with a sentence."""
    if sample_rate_hz is None:
        raise InputError("Samples without a rate can't be analysed: give sample_rate_hz.")
    if sample_rate_hz <= 0 or sample_rate_hz != int(sample_rate_hz):
        raise InputError(f"A sample rate is a whole number of hertz, not {sample_rate_hz}.")
    array = np.asarray(samples)
    if not np.issubdtype(array.dtype, np.floating):
        raise InputError(f"Samples must be floats in full scale, not {array.dtype}: divide int16 by 32768.")
    if array.ndim not in (1, 2) or not array.size or not np.isfinite(array).all():
        raise InputError("Samples must be an array (n,) or (channels, n) of finite numbers, and not empty.")
    chunk_samples = read_only(array)
    channels = (CHEST, *(f"channel{i}" for i in range(1, chunk_samples.shape[0])))
    spec = StreamSpec(int(sample_rate_hz), Origin.FILE, channels)
    return spec, Chunk(chunk_samples, spec, 0, 0)


def analyze_chunks(
    name: str,
    spec: StreamSpec,
    chunks: Iterable[Chunk],
    model: MurmurModel,
    age: Age | None = None,
    cautions: tuple[str, ...] = (),
    whole_file_sha256: str | None = None,
    *,
    evidence: bool = False,
) -> RecordingResult:
    """Analyses one take given as chunks, the first of which is its start.

    cautions: further applicability codes. whole_file_sha256: of the file that the chunks are read from.
    """
    analysis: TakeAnalysis | None = None
    witness: EvidenceCollector | None = None
    start = stop = 0
    audio, windows = AudioHash(spec.rate_hz), list[ScoredWindow]()
    for chunk in chunks:
        if analysis is None:
            start = chunk.start
            witness = EvidenceCollector(model, spec, start) if evidence else None
            analysis = TakeAnalysis(model, spec, start, witness)
        audio.add(chunk)
        windows += _scored(analysis.process(chunk))
        stop = chunk.stop
    if analysis is None:
        raise InputError(f"{name} holds no samples: record it again.")
    windows += _scored(analysis.finish())
    summary = analysis.summary()
    manifest = model.manifest
    return RecordingResult(
        recording=name,
        start=start,
        duration_s=spec.seconds(stop - start),
        spec=spec,
        quality=summarize(summary.quality),
        rate=summary.rate,
        murmur=summary.verdict,
        segments=summary.segments,
        applicability=(*applicability(spec, model, age), *cautions),
        concealed_share=summary.concealed_share,
        model=ModelId(manifest.name, manifest.version, manifest.sha256),
        provenance=Provenance(
            audio=audio.identity(),
            windows=window_records(windows, manifest, start),
            model=ModelHashes.of(manifest),
            calibration_id=None,
            environment=this_environment(),
            file_sha256=whole_file_sha256,
        ),
        evidence=None if witness is None else witness.evidence(summary),
    )


def _scored(items: Iterable[object]) -> list[ScoredWindow]:
    return [item for item in items if isinstance(item, ScoredWindow)]


def applicability(spec: StreamSpec, model: MurmurModel, age: Age | None = None) -> tuple[str, ...]:
    """What stands between this recording and those that the model was validated on: codes, shown with the verdict."""
    codes = [*model.trusted_by.codes, "device_not_validated"]
    if age is None:
        codes.append("age_unknown")
    elif not age.within(model.manifest.ages_validated_years):
        codes.append("age_not_validated")
    codes.append("not_calibrated")
    if spec.origin is Origin.SIMULATED:
        codes.append("simulated")
    return tuple(codes)
