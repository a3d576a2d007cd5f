"""What a result keeps of how it came about: the sound, its windows, the model, the software and the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stetho.inference.manifest import Manifest
from stetho.inference.verdict import LogOdds, ScoredWindow, counted_windows, doubt_of
from stetho.provenance.audio import AudioIdentity
from stetho.provenance.environment import Environment
from stetho.stream import Span


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """One window of the take. span: samples of the take. odds: calibrated as the take's own are.

    counted: it is part of the verdict's figures. reason: why it can't be used, or None.
    """

    index: int
    span: Span
    odds: LogOdds
    counted: bool
    reason: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "span": [self.span.start, self.span.stop],
            "probability": self.odds.probability,
            "unknown_probability": self.odds.unknown_probability,
            "counted": self.counted,
            "reason": self.reason,
        }


def window_records(windows: Sequence[ScoredWindow], manifest: Manifest, take_start: int) -> tuple[WindowRecord, ...]:
    """What is kept of a take's scored windows; take_start is its first sample in the stream."""
    counted = {window.index for window in counted_windows(windows, manifest)}
    return tuple(
        WindowRecord(
            window.index,
            Span(window.span.start - take_start, window.span.stop - take_start),
            LogOdds(manifest.present(window.present), manifest.unknown(window.unknown)),
            window.index in counted,
            doubt_of(window, manifest) or None,
        )
        for window in windows
    )


@dataclass(frozen=True, slots=True)
class ModelHashes:
    """The model byte by byte: its network, its manifest, and the mel table that both were made for."""

    name: str
    version: str
    network_sha256: str
    manifest_sha256: str
    mel_sha256: str

    @classmethod
    def of(cls, manifest: Manifest) -> "ModelHashes":
        return cls(manifest.name, manifest.version, manifest.sha256, manifest.manifest_sha256, manifest.mel_sha256)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "network_sha256": self.network_sha256,
            "manifest_sha256": self.manifest_sha256,
            "mel_sha256": self.mel_sha256,
        }


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything that a result needs to be made again. file_sha256: of the file it was read from, if it was one."""

    audio: AudioIdentity
    windows: tuple[WindowRecord, ...]
    model: ModelHashes
    calibration_id: str | None
    environment: Environment
    file_sha256: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's "Run again" (docs/schemas/analyze.schema.json)."""
        return {
            "audio": {**self.audio.to_json(), "file_sha256": self.file_sha256},
            "windows": [window.to_json() for window in self.windows],
            "model": self.model.to_json(),
            "calibration_id": self.calibration_id,
            **self.environment.to_json(),
        }
