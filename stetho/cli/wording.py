"""The words in which a result is said to people: the same on every screen, and never more than was found."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stetho.notice import INVESTIGATIONAL, NOT_RULED_OUT

__all__ = [
    "INVESTIGATIONAL",
    "best_words",
    "caution_words",
    "driven_words",
    "rate_words",
    "reason_words",
    "verdict_words",
]

PRESENT = "Murmur suspected"
TIMINGS = {"systolic": "in systole", "diastolic": "in diastole", "both": "in systole and diastole"}
ABSENT = f"No murmur detected by the model. {NOT_RULED_OUT}"

_REASONS = {
    # quality of the signal
    "no_contact": "no good contact with the chest",
    "poor_contact": "poor contact, press the chest piece on evenly",
    "rubbing": "the chest piece rubs or is touched, hold it still",
    "speech": "voices cover the heart, ask for silence",
    "ambient_noise": "noise around, or no heart beat is heard",
    "clipping": "too loud, the sound is clipped",
    "mains_hum": "mains hum covers the heart",
    "too_noisy": "too noisy",
    "too_quiet": "the heart is too faint",
    "link_loss": "too much was lost on the way from the device",
    # the take
    "too_short": "too short, at least 7 s are needed",
    "too_few_beats": "too few clear heart beats",
    "too_few_windows": "too few good seconds, at least 7 s are needed",
    "expert_could_not_judge": "an expert could probably not judge this sound",
    "unlike_training": "this sound is unlike those that the model knows",
    "analysis_failed": "the analysis failed, nothing can be said",
    # what is named by the phase of the beat
    "beats_uncertain": "S1 and S2 are not told apart surely",
    # the exam
    "no_usable_site": "no site could be judged",
    "site_missing": "a standard site (AV, PV, TV, MV) was not recorded",
    "site_unknown": "a standard site (AV, PV, TV, MV) could not be judged",
}


_APPLICABILITY = {
    "model_site_approved": "model approved by this site, not the one that ships",
    "model_not_trusted": "model that nobody approved",
    "device_not_validated": "device not validated",
    "ledger_missing": "the list of what was lost is missing",
    "age_unknown": "age unknown",
    "age_not_validated": "age not validated",
    "not_calibrated": "not calibrated",
    "simulated": "SIMULATED",
}

UNCERTAIN_BELOW = 0.5


NOT_VALIDATED = (
    "not validated on patients: a child's rhythm follows the breath, and a missed beat varies the intervals too"
)


def best_words(best_s: Sequence[float] | None) -> str:
    """The best seconds of a take, to go after the count of its good ones; empty where there are none."""
    return "" if best_s is None else ", best {:.0f}-{:.0f} s".format(*best_s)


def rate_words(bpm: float, confidence: float) -> str:
    """A heart rate; one that the sound hardly supports is marked."""
    return f"{bpm:.0f} bpm{' (uncertain)' if confidence < UNCERTAIN_BELOW else ''}"


def caution_words(codes: Iterable[str]) -> str:
    """What stands between a recording and those that the model was validated on; empty where nothing does."""
    return ", ".join(_APPLICABILITY.get(code, code.replace("_", " ")) for code in codes)


def reason_words(code: str | None) -> str:
    """A reason's code in words; one that has none here is said as it is."""
    if code is None:
        return "no reason was given"
    return _REASONS.get(code, code.replace("_", " "))


def driven_words(murmur: Mapping[str, Any]) -> str:
    """Which window a suspected murmur rests on most; empty for any other verdict."""
    if murmur["label"] != "present" or murmur["evidence_s"] is None:
        return ""
    start_s, stop_s = murmur["evidence_s"]
    return f"driven by the window {start_s:.1f}-{stop_s:.1f} s"


def verdict_words(murmur: Mapping[str, Any]) -> str:
    """The contract's `murmur` object in words."""
    match murmur["label"]:
        case "present":
            if murmur.get("timing_reason"):
                return f"{PRESENT}; timing not said: {reason_words(murmur['timing_reason'])}"
            timing = TIMINGS.get(murmur.get("timing") or "")
            return PRESENT if timing is None else f"{PRESENT}, {timing}"
        case "absent":
            return ABSENT
    return f"Unknown: {reason_words(murmur['reason'])}"
