"""Brings results and labels together, as the results come."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from stetho.analysis import RecordingResult
from stetho.errors import InputError
from stetho.evaluation.cases import Case, Cases, as_columns
from stetho.evaluation.labelled import Labelled, LabelledRecording
from stetho.exam.site import STANDARD_SITES
from stetho.exam.verdict import ExamResult
from stetho.stream import Origin


@dataclass(frozen=True, slots=True)
class NotAnalysed:
    """A recording that could not be read, and why: one sentence."""

    recording: str
    error: str


class Tally:
    """Takes each result of a labelled manifest once. What can't be read is kept by name and in no figure."""

    def __init__(self, labelled: Labelled) -> None:
        self._labelled = labelled
        self._recordings: list[Case] = []
        self._exams: list[Case] = []
        self._heard: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._codes: Counter[str] = Counter()
        self._simulated = 0
        self._reasons: dict[str, Counter[str]] = {"exam": Counter(), "recording": Counter()}
        self.not_analysed: list[NotAnalysed] = []
        self.complete_exams = 0
        """Of the exams in the figures, those with all standard sites: no other can be called absent by the clinical policy."""

    def add_recording(self, of: LabelledRecording, result: RecordingResult | InputError) -> None:
        """One of `labelled.used`."""
        if isinstance(result, InputError):
            self.not_analysed.append(NotAnalysed(of.row.name, str(result)))
            self._refused[of.row.exam] += 1
            return
        self._heard[of.row.exam] += 1
        self._codes.update(result.applicability)
        self._simulated += result.spec.origin is Origin.SIMULATED
        if of.truth is not None:
            person = self._labelled.exams[of.row.exam].person
            self._reasons["recording"].update([result.murmur.reason] if result.murmur.reason else [])
            self._recordings.append(Case(person, of.truth, result.label, result.murmur.probability, of.groups))

    def add_exam(self, result: ExamResult) -> None:
        """After the last of its recordings. One of which none could be read says nothing of the model."""
        exam = self._labelled.exams[result.exam]
        if exam.truth is not None and self._heard[exam.exam]:
            self._reasons["exam"].update([result.reason] if result.reason else [])
            self.complete_exams += all(site in result.sites for site in STANDARD_SITES)
            self._exams.append(Case(exam.person, exam.truth, result.label, result.probability, exam.groups))

    @property
    def recordings(self) -> Cases:
        return as_columns(self._recordings)

    @property
    def exams(self) -> Cases:
        return as_columns(self._exams)

    @property
    def applicability(self) -> Mapping[str, int]:
        """How many recordings each code was said of."""
        return dict(sorted(self._codes.items()))

    @property
    def reasons(self) -> Mapping[str, Mapping[str, int]]:
        """Why so many exams and recordings were called unknown, the most frequent reason first."""
        return {level: dict(counted.most_common()) for level, counted in self._reasons.items()}

    def counts(self) -> "Counts":
        """What was there, and what is in no figure."""
        exams = self._labelled.exams.values()
        silent = [exam for exam in exams if exam.truth and not self._heard[exam.exam]]
        return Counts(
            rows=len(self._labelled.recordings),
            analysed=self._heard.total(),
            not_analysed=len(self.not_analysed),
            unlabelled=sum(each.truth is None for each in self._labelled.recordings),
            exams=len(exams),
            exams_unlabelled=sum(exam.truth is None for exam in exams),
            exams_not_analysed=len(silent),
            exams_incomplete=sum(bool(self._heard[exam.exam]) and bool(self._refused[exam.exam]) for exam in exams),
            simulated=self._simulated,
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Of recordings, then of exams. incomplete: judged without a recording that could not be read."""

    rows: int
    analysed: int
    not_analysed: int
    unlabelled: int
    exams: int
    exams_unlabelled: int
    exams_not_analysed: int
    exams_incomplete: int
    simulated: int
