"""A result as people read it: a few lines a recording, two an exam."""

from stetho.analysis import RecordingResult
from stetho.cli.analysis_run import Outcome
from stetho.cli.evidence_text import evidence_lines
from stetho.cli.wording import caution_words, rate_words, reason_words, verdict_words
from stetho.errors import InputError
from stetho.exam.verdict import ExamResult
from stetho.stream import Origin


def print_outcome(outcome: Outcome) -> None:
    """To standard output."""
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
    quality = result.quality
    if not quality.reasons:
        return f"quality {quality.score:.2f}"
    causes = ", ".join(reason_words(code) for code in quality.reasons)
    return f"quality {quality.score:.2f}: {causes}"
