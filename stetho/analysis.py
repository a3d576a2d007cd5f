"""From a recording to one typed result: what `stetho analyze` prints, and what every take's final verdict is made of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stetho.age import Age
from stetho.audio_array import RawSamples, whole
from stetho.errors import InputError
from stetho.heart.beats import Beat, Segment, beats
from stetho.heart.quality import Quality, QualitySummary, summarize
from stetho.heart.rate import HeartRate
from stetho.heart.variability import Variability, longest_run, variability
from stetho.inference.evidence import Evidence, EvidenceCollector
from stetho.inference.models import shipped_model
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import TakeAnalysis
from stetho.inference.verdict import Label, MurmurVerdict, ScoredWindow
from stetho.notice import notice_for
from stetho.provenance.audio import AudioHash, file_sha256
from stetho.provenance.environment import this_environment
from stetho.provenance.record import ModelHashes, Provenance, window_records
from stetho.stream import Chunk, Origin, Span, StreamSpec

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which model said it."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """What is known of one recording. Times are seconds from its start, which is sample `start` of its stream.

    quality_track: half a second after the other; `quality` is what they add up to.
    """

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
    quality_track: tuple[Quality, ...] = ()

    @property
    def label(self) -> Label:
        return self.murmur.label

    @property
    def variability(self) -> Variability | None:
        """Of the most intervals that follow one another over usable sound. Not validated on patients; None for too few."""
        if self.rate.heart_rate_bpm is None:
            return None
        poor_s = [self._span_s(quality.span) for quality in self.quality_track if not quality.usable]
        clear = [beat for beat in beats(self.segments) if not any(_over(beat, *span_s) for span_s in poor_s)]
        return variability(longest_run(clear))

    def _span_s(self, span: Span) -> tuple[float, float]:
        return self.spec.seconds(span.start - self.start), self.spec.seconds(span.stop - self.start)

    def quality_json(self) -> dict[str, Any]:
        """The contract's `quality`: of the whole recording, with its usable seconds and its best five in a row."""
        quality = self.quality
        return {
            "usable": quality.usable,
            "score": round(quality.score, 3),
            "reasons": list(quality.reasons),
            "good_s": round(self.spec.seconds(quality.good), 3),
            "best_s": None if quality.best is None else [round(edge, 3) for edge in self._span_s(quality.best)],
        }

    def to_json(self, *, segments: bool = False, variability: bool = False) -> dict[str, Any]:
        """The contract's object of `analyze --json` (docs/schemas/analyze.schema.json)."""
        bpm = self.rate.heart_rate_bpm
        result: dict[str, Any] = {
            "recording": self.recording,
            "duration_s": round(self.duration_s, 3),
            "sample_rate_hz": self.spec.rate_hz,
            "quality": self.quality_json(),
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
        if variability:
            varies = self.variability
            result["variability"] = None if varies is None else {**varies.to_json(), "words": varies.words}
        if segments:
            result["segments"] = [[round(s.start_s, 3), round(s.stop_s, 3), s.state.value] for s in self.segments]
        return result


def analyze(
    source: Path | str | RawSamples,
    sample_rate_hz: int | None = None,
    *,
    age: Age | None = None,
    model: MurmurModel | None = None,
    evidence: bool = False,
    origin: Origin | str = Origin.FILE,
    heard: Callable[[Chunk], None] | None = None,
) -> RecordingResult:
    """Analyses one recording: a file that libsndfile reads, or the samples of one channel, int16 or floats in full scale.

    sample_rate_hz and origin belong to an array, and only to it: a file says its own. evidence: also give what the
    verdict rests on (`Evidence`), which takes the network eight more windows. heard: is given each chunk that was
    analysed. Raises InputError for what can't be read, ConfigError for a rate that can't be analysed, ModelError for a
    model that can't be trusted.
    """
    if isinstance(source, Path | str):
        from stetho.audio_file import AudioFile

        if sample_rate_hz is not None:
            raise InputError(f"{source} says its own sample rate: leave sample_rate_hz out.")
        with AudioFile(Path(source)) as file:
            chunks, whole_file = _told(file.chunks(), heard), file_sha256(file.path)
            model = model or shipped_model()
            return analyze_chunks(
                str(source), file.spec, chunks, model, age, file.cautions, whole_file, evidence=evidence
            )
    recording = whole(source, sample_rate_hz, origin)
    chunks = _told((recording,), heard)
    return analyze_chunks("array", recording.spec, chunks, model or shipped_model(), age, evidence=evidence)


def _told(chunks: Iterable[Chunk], heard: Callable[[Chunk], None] | None) -> Iterator[Chunk]:
    """The chunks, each shown to `heard` on its way."""
    for chunk in chunks:
        if heard is not None:
            heard(chunk)
        yield chunk


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
        quality_track=summary.quality,
    )


def _over(beat: Beat, start_s: float, stop_s: float) -> bool:
    """Whether a part of that beat lies in between; a last one, whose end is not known, counts for none."""
    return beat.next_s1_s is not None and beat.s1_s < stop_s and start_s < beat.next_s1_s


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
