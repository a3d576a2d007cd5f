"""What a verdict rests on, in a few lines: never more than that, and never what a murmur would mean."""

from collections.abc import Iterator

from stetho.analysis import RecordingResult
from stetho.cli.wording import driven_words, reason_words
from stetho.heart.durations import HeartState
from stetho.heart.phase_energy import Above
from stetho.inference.evidence import Evidence
from stetho.inference.timing import Timing
from stetho.inference.verdict import Label

_TIMINGS = {HeartState.SYSTOLE: {Timing.SYSTOLIC, Timing.BOTH}, HeartState.DIASTOLE: {Timing.DIASTOLIC, Timing.BOTH}}
_EXCLUSIONS = {
    "gap": "broken by a gap",
    "poor_signal": "over poor signal",
    "irregular": "of irregular length",
    "unlike_others": "unlike the others",
}


def evidence_lines(result: RecordingResult) -> Iterator[str]:
    """Lines for a recording; the first alone where no evidence was asked for."""
    if driven := driven_words(result.murmur.to_json(result.spec.rate_hz, result.start)):
        yield driven + _phase_words(result)
    if result.evidence is not None:
        yield _beat_words(result.evidence)
        yield from _energy_words(result.evidence)


def _phase_words(result: RecordingResult) -> str:
    """Where the sound lies: only of a murmur that is suspected, and only where all that is known agrees."""
    phase = None if result.evidence is None else result.evidence.phase
    if phase is None or result.label is not Label.PRESENT:
        return ""
    if result.murmur.timing is not None and result.murmur.timing not in _TIMINGS[phase]:
        return f"; there the sound lies mostly in {phase.value}, which contradicts the timing: listen again"
    return f"; the sound lies mostly in {phase.value}"


def _beat_words(evidence: Evidence) -> str:
    excluded = [f"{count} {_EXCLUSIONS[why.value]}" for why, count in evidence.beats.excluded.items()]
    left_out = f" (left out: {', '.join(excluded)})" if excluded else ""
    used = len(evidence.beats.used)
    if not evidence.beats.enough:
        return f"no average beat: {reason_words('too_few_beats')}{left_out}"
    return f"average of {used} beats{left_out}"


def _energy_words(evidence: Evidence) -> Iterator[str]:
    energy = evidence.energy
    if energy is None:
        return
    if evidence.phase_doubt is not None:
        yield f"systole and diastole are not compared: {reason_words(evidence.phase_doubt)}"
        return
    quietest = energy.baseline.value.replace("_", " ")
    yield (
        f"60-500 Hz over this heart's own {quietest}: systole {_above(energy.systole)}, "
        f"diastole {_above(energy.diastole)}"
    )


def _above(above: Above) -> str:
    """The median beat, and the middle eight in ten."""
    median_db, low_db, high_db = (round(float(row[-1])) for row in (above.median_db, above.low_db, above.high_db))
    return f"{median_db:+d} dB ({low_db:+d} to {high_db:+d})"
