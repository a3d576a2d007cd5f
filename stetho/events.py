"""What `live` says while a stream runs: one frozen class an event, each with its JSON form (docs/schemas)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from stetho.handoff import HandoffStatistics
from stetho.link_statistics import ClockEstimate, LinkStatistics
from stetho.source import DeviceInfo, LinkState
from stetho.stream import Samples

Json = dict[str, Any]


def _seconds(value: float) -> float:
    return round(value, 3)


def _estimate(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def _uncertainty(value: float | None, places: int) -> float | None:
    """Rounded up, and by what the rounding of the estimate itself may take: a stated uncertainty still holds."""
    return None if value is None else round(ceil((value + 0.5 / 10**places) * 10**places) / 10**places, places)


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """The link's state and counters, once a second and at each change. `age_ms`: how old the newest sample is.

    queues: how the hand-offs on the way to the analysis fare, by name.
    """

    t_s: float
    state: LinkState
    device: DeviceInfo
    statistics: LinkStatistics
    age_ms: float | None = None
    battery_percent: int | None = None
    reason: str | None = None
    queues: Mapping[str, HandoffStatistics] = field(default_factory=dict)

    def to_json(self) -> Json:
        link = self.statistics
        clock = link.clock or ClockEstimate(0.0, None)
        return {
            "event": "link",
            "t_s": _seconds(self.t_s),
            "state": self.state.value,
            "reason": self.reason or None,
            "age_ms": _estimate(self.age_ms, 1),
            "age_uncertainty_ms": _uncertainty(clock.age_uncertainty_ms, 2),
            "battery_percent": self.battery_percent,
            "samples_received": link.samples_received,
            "samples_concealed": link.samples_concealed,
            "samples_lost": link.samples_lost,
            "samples_resent": link.samples_resent,
            "packets_duplicate": link.packets_duplicate,
            "frames_damaged": link.frames_damaged,
            "lost_share": round(link.lost_share, 6),
            "concealed_share": round(link.concealed_share, 6),
            "resend_requests": link.resend_requests,
            "samples_stale": link.samples_stale,
            "overflows": link.overflows,
            "samples_overflowed": link.samples_overflowed,
            "reconnects": link.reconnects,
            "items_missed": link.items_missed,
            "drift_ppm": _estimate(clock.drift_ppm, 2),
            "drift_uncertainty_ppm": _uncertainty(clock.drift_uncertainty_ppm, 2),
            "drift_over_s": None if clock.drift_ppm is None else round(clock.over_s, 1),
            "sample_rate_measured_hz": _estimate(clock.rate_hz, 4),
            "sample_rate_uncertainty_hz": _uncertainty(clock.rate_uncertainty_hz, 4),
            "queues": {name: _queue(queue) for name, queue in self.queues.items()},
            "origin": self.device.origin.value,
            "serial_number": self.device.serial_number,
        }


def _queue(queue: HandoffStatistics) -> Json:
    return {
        "waiting": queue.waiting,
        "most_waiting": queue.most_waiting,
        "capacity": queue.capacity,
        "dropped": queue.dropped,
    }


@dataclass(frozen=True, slots=True)
class QualityEvent:
    """How good the last half second was, why, and how many good seconds the take has so far.

    disturbance: what disturbs most, said even where the half second can be used. cause and advice: what spoils the signal,
    steadily, and what to do about it in one sentence; both None while nothing does for long. best_s: the best 5 s so far,
    in seconds of the take.
    """

    t_s: float
    usable: bool
    score: float
    reasons: tuple[str, ...]
    good_s: float
    take: int = 1
    disturbance: str | None = None
    cause: str | None = None
    advice: str | None = None
    best_s: tuple[float, float] | None = None

    def to_json(self) -> Json:
        return {
            "event": "quality",
            "t_s": _seconds(self.t_s),
            "usable": self.usable,
            "score": round(self.score, 3),
            "reasons": list(self.reasons),
            "disturbance": self.disturbance,
            "cause": self.cause,
            "advice": self.advice,
            "take": self.take,
            "good_s": _seconds(self.good_s),
            "best_s": None if self.best_s is None else [_seconds(edge) for edge in self.best_s],
        }


@dataclass(frozen=True, slots=True)
class OnsetEvent:
    """A heart sound begins, S1 or S2, in stream time; said once, never taken back.

    lag_ms: from the onset in the chest to this event, everything included. confidence: 0..1, see `stetho.heart.online`.
    """

    t_s: float
    sound: str
    onset_s: float
    confidence: float
    lag_ms: float

    def to_json(self) -> Json:
        return {
            "event": "onset",
            "t_s": _seconds(self.t_s),
            "sound": self.sound,
            "onset_s": _seconds(self.onset_s),
            "confidence": round(self.confidence, 2),
            "lag_ms": round(self.lag_ms, 1),
        }


@dataclass(frozen=True, slots=True)
class BeatEvent:
    """One heart beat: when its S1 and S2 began, in stream time. `lag_s`: how long after its S1 this was said.

    lag_ms: how long after the later of the two, everything included. interval_s: since the S1 before. Both, and the
    confidence (0..1), are None where there is no online decoder.
    """

    t_s: float
    s1_s: float
    s2_s: float | None
    lag_s: float
    interval_s: float | None = None
    confidence: float | None = None
    lag_ms: float | None = None

    def to_json(self) -> Json:
        return {
            "event": "beat",
            "t_s": _seconds(self.t_s),
            "s1_s": _seconds(self.s1_s),
            "s2_s": None if self.s2_s is None else _seconds(self.s2_s),
            "lag_s": _seconds(self.lag_s),
            "interval_s": _estimate(self.interval_s, 3),
            "confidence": _estimate(self.confidence, 2),
            "lag_ms": _estimate(self.lag_ms, 1),
        }


@dataclass(frozen=True, slots=True)
class RateEvent:
    """The heart rate over the last seconds, or None with no confidence where it can't be told.

    lag_ms: how old the newest onset is that it rests on, everything included; None without one, or without an online
    decoder. variability: of the intervals between S1s; not validated on patients. words: what may be said of it to those who
    ask (`live --variability`), None mostly.
    """

    t_s: float
    heart_rate_bpm: float | None
    confidence: float
    lag_ms: float | None = None
    variability: Mapping[str, float | int | bool] | None = None
    words: str | None = None

    def to_json(self) -> Json:
        return {
            "event": "rate",
            "t_s": _seconds(self.t_s),
            "heart_rate_bpm": None if self.heart_rate_bpm is None else round(self.heart_rate_bpm, 1),
            "heart_rate_confidence": round(self.confidence, 2),
            "lag_ms": _estimate(self.lag_ms, 1),
            "variability": None if self.variability is None else dict(self.variability),
        }


@dataclass(frozen=True, slots=True)
class AverageBeatEvent:
    """The average beat of a take, every other second while it runs; the final one is that of `analyze --evidence`.

    sure: whether S1 and S2 are told apart surely enough to be shown (confidence of the beats from 0.85 on). bands_hz, beats, average_beat, phase_energy: as in that command's `evidence`; the last two
    are None for the reason in `beats`, which only a final one can be.
    """

    t_s: float
    take: int
    final: bool
    sure: bool
    confidence: float
    bands_hz: Sequence[Sequence[int]]
    beats: Json
    average_beat: Json | None
    phase_energy: Json | None
    origin: str

    def to_json(self) -> Json:
        return {
            "event": "average_beat",
            "t_s": _seconds(self.t_s),
            "take": self.take,
            "final": self.final,
            "sure": self.sure,
            "heart_rate_confidence": round(self.confidence, 2),
            "bands_hz": [list(band) for band in self.bands_hz],
            "beats": self.beats,
            "average_beat": self.average_beat,
            "phase_energy": self.phase_energy,
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True)
class VerdictEvent:
    """A verdict on the take so far. `murmur` is the contract's object; the final one alone is stored or shown as result.

    provenance, quality: of the final one, as results have them (`analyze --json`).
    """

    t_s: float
    take: int
    verdict_id: str
    supersedes: str | None
    provisional: bool
    final: bool
    age_ms: float
    murmur: Json
    applicability: tuple[str, ...]
    origin: str
    notice: str
    provenance: Json | None = None
    quality: Json | None = None

    def to_json(self) -> Json:
        return {
            "event": "verdict",
            "t_s": _seconds(self.t_s),
            "take": self.take,
            "verdict_id": self.verdict_id,
            "supersedes": self.supersedes,
            "provisional": self.provisional,
            "final": self.final,
            "age_ms": round(self.age_ms, 1),
            "murmur": self.murmur,
            "applicability": list(self.applicability),
            "origin": self.origin,
            "notice": self.notice,
            **({} if self.quality is None else {"quality": self.quality}),
            **({} if self.provenance is None else {"provenance": self.provenance}),
        }


@dataclass(frozen=True, slots=True)
class WaveEvent:
    """Band-passed samples to draw: float32 (n,), the first at stream index `start`, captured at `t0_ns`."""

    t_s: float
    samples: Samples
    rate_hz: int
    start: int
    t0_ns: int

    def to_json(self) -> None:
        """Samples are drawn, not printed."""


Event = LinkEvent | QualityEvent | OnsetEvent | BeatEvent | RateEvent | AverageBeatEvent | VerdictEvent | WaveEvent
