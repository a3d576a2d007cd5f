"""A result as people read it: a few lines a recording, two an exam."""

from stetho.analysis import RecordingResult
from stetho.cli.analysis_run import Outcome
from stetho.cli.evidence_text import evidence_lines
from stetho.cli.wording import NOT_VALIDATED, best_words, caution_words, rate_words, reason_words, verdict_words
from stetho.errors import InputError
from stetho.exam.verdict import ExamResult
from stetho.stream import Origin


def print_outcome(outcome: Outcome, *, variability: bool = False) -> None:
    """To standard output. variability: with how much the beats' intervals vary."""
    match outcome.result:
        case InputError() as error:
            print(f"{outcome.name}\n  not analysed: {error}")
        case ExamResult() as exam:
            print(f"Exam {exam.exam} ({exam.policy.value} policy){_mark(exam.origins)}")
            print(f"  {_murmur(exam.to_json()['murmur'])}")
            if exam.loudest_site is not None:
                print(f"  loudest at {exam.loudest_site.value}")
            _print_cautions(exam.applicability)
        case RecordingResult() as result:
            mark = _mark((result.spec.origin,))
            print(f"{outcome.name}  {result.duration_s:.1f} s{mark}\n  {_murmur(result.to_json()['murmur'])}")
            for line in evidence_lines(result):
                print(f"  {line}")
            _print_cautions(result.applicability)
            print(f"  {_rate(result)}; {_quality(result)}")
            if variability:
                print(f"  {_variability(result)} ({NOT_VALIDATED})")


def _mark(origins: tuple[Origin, ...]) -> str:
    return "  SIMULATED" if Origin.SIMULATED in origins else ""


def _print_cautions(applicability: tuple[str, ...]) -> None:
    if applicability:
        print(f"  caution: {caution_words(applicability)}")


def _murmur(murmur: dict[str, object]) -> str:
    """The verdict with its probability; where it is unknown none is said: a number would be taken for a verdict."""
    if murmur["label"] == "unknown":
        return verdict_words(murmur)
    return f"{verdict_words(murmur)}  (probability {murmur['probability']:.2f})"


def _rate(result: RecordingResult) -> str:
    bpm = result.rate.heart_rate_bpm
    if bpm is None:
        return "heart rate not found"
    return f"heart rate {rate_words(bpm, result.rate.confidence)} (confidence {result.rate.confidence:.2f})"


def _quality(result: RecordingResult) -> str:
    said = result.quality_json()
    good = f"quality {result.quality.score:.2f}, {said['good_s']:.0f} s good{best_words(said['best_s'])}"
    if not result.quality.reasons:
        return good
    return f"{good}: {', '.join(reason_words(code) for code in result.quality.reasons)}"


def _variability(result: RecordingResult) -> str:
    """What may be said of the beat intervals. Where nothing is to be remarked on, the figures alone: no rhythm is vouched for."""
    found = result.variability
    if found is None:
        return "beat intervals: too few clear beats follow one another"
    rmssd_ms, sdnn_ms = 1e3 * found.rmssd_s, 1e3 * found.sdnn_s
    plain = (
        f"a beat every {found.mean_s:.2f} s on average, one interval differs from the next by about {rmssd_ms:.0f} ms"
    )
    figures = f"{plain} ({found.intervals} intervals, SDNN {sdnn_ms:.0f} ms, RMSSD {rmssd_ms:.0f} ms)"
    return f"{found.words or 'beat intervals'}: {figures}"
