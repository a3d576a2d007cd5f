"""Results of recordings in a file, so that figures can be made again, and a cut run goes on, without analysing anew."""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stetho.analysis import ModelId, RecordingResult
from stetho.cli.analysis_run import Item, Outcome, analyze_one
from stetho.errors import ExportError
from stetho.heart.quality import QualitySummary, Reason
from stetho.heart.rate import HeartRate
from stetho.inference.session import MurmurModel
from stetho.inference.verdict import Label, LogOdds, MurmurVerdict
from stetho.sidecar import sidecar_path
from stetho.stream import Origin, StreamSpec

KIND = "stetho evaluate, kept results"
BEGINS = f'{{"kind": "{KIND}"'

_log = logging.getLogger(__name__)


class KeptResults:
    """One JSON object a line: what `analyze --json` prints, and the hash of all that it depends on.

    A result is used again only where that hash is the same: of the audio and its sidecar, the model and its thresholds, on
    whose word it is used, the age, and stetho's version. What is new is added at once; a line that was cut off is made anew. Raises ExportError
    for a file that can't be written, or holds something else, which stays as it is.
    """

    def __init__(self, path: Path, model: MurmurModel) -> None:
        self._path, self._model = path, model
        self._kept = dict(self._read())
        self._known = {line["recording"]["recording"] for line in self._kept.values()}
        of = f"{version('stetho')} {model.trusted_by.value} {model.manifest!r}"
        self._of = hashlib.sha256(of.encode()).hexdigest()
        self.reused = self.outdated = 0
        self._add("")  # said before hours of work, where nothing can be written

    def __call__(self, item: Item) -> Outcome:
        """The kept result, or a new one."""
        key = self._key(item)
        line = self._kept.get(key) if key else None
        if line is not None:
            with suppress(KeyError, TypeError, ValueError, OverflowError):  # a line that somebody wrote into
                outcome = Outcome(item.name, _result(item, line, self._model), item)
                self.reused += 1
                return outcome
        self.outdated += item.name in self._known
        outcome = analyze_one(item, self._model)
        if key and isinstance(outcome.result, RecordingResult):
            self._add(json.dumps(_line(key, outcome, outcome.result)) + "\n")
        return outcome

    def say(self) -> None:
        """What was not used again, to standard error."""
        if self.outdated:
            _log.warning(
                "%d recordings of %s were analysed anew: their audio or age, the model, or stetho itself is another.",
                self.outdated,
                self._path,
            )

    def _key(self, item: Item) -> str | None:
        digest = hashlib.sha256(f"{self._of} {item.age!r}".encode())
        try:
            for path in (item.path, sidecar_path(item.path)):
                if path == item.path or path.is_file():
                    with path.open("rb") as file:
                        digest.update(hashlib.file_digest(file, "sha256").digest())
        except (OSError, ValueError):  # ValueError: a path that can have no sidecar, such as "."
            return None  # the analysis says what is wrong with it
        return digest.hexdigest()

    def _read(self) -> Iterator[tuple[str, dict[str, Any]]]:
        if not self._path.exists():
            return
        for number, text in enumerate(self._lines()):
            line: Any = None
            with suppress(ValueError, RecursionError):  # also too many digits, too deep
                line = json.loads(text)
            ours = isinstance(line, dict) and line.get("kind") == KIND and isinstance(line.get("recording"), dict)
            if not (ours and isinstance(line.get("of"), str) and isinstance(line["recording"].get("recording"), str)):
                raise ExportError(
                    f"{self._path} holds something else than kept results (line {number + 1}) and stays as it is; "
                    "name another file for --results."
                )
            yield line["of"], line

    def _lines(self) -> list[str]:
        """All whole lines; a last one that was cut off while it was written is taken out of the file."""
        try:
            if not self._path.is_file():
                raise ExportError(f"{self._path} is no file; name another one for --results.")
            text = self._path.read_text(encoding="utf-8")
            whole, _, rest = text.rpartition("\n")
            if rest and not (rest.startswith(BEGINS) or BEGINS.startswith(rest)):
                return [*whole.splitlines(), rest]
            if rest:
                with self._path.open("r+b") as file:
                    file.truncate(len(f"{whole}\n".encode()) if whole else 0)
        except (OSError, UnicodeDecodeError) as error:
            raise ExportError(
                f"{self._path} can't be read as kept results; name another file for --results."
            ) from error
        return whole.splitlines()

    def _add(self, text: str) -> None:
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise ExportError(f"The results could not be written to {self._path} ({error.strerror}).") from error


def _line(key: str, outcome: Outcome, result: RecordingResult) -> dict[str, Any]:
    odds = result.murmur.log_odds
    return {
        "kind": KIND,
        "of": key,
        "log_odds": None if odds is None else [odds.present, odds.unknown],
        "quality_score": result.quality.score,
        "recording": outcome.to_json(segments=False),
    }


def _result(item: Item, line: dict[str, Any], model: MurmurModel) -> RecordingResult:
    """What of a result figures and exams rest on, to the last bit; times, beats and windows are not kept."""
    kept, manifest = line["recording"], model.manifest
    murmur, odds = kept["murmur"], line["log_odds"]
    bpm = kept["heart_rate_bpm"]
    return RecordingResult(
        recording=item.name,
        start=0,
        duration_s=float(kept["duration_s"]),
        spec=StreamSpec(int(kept["sample_rate_hz"]), Origin(kept["origin"])),
        quality=QualitySummary(
            bool(kept["quality"]["usable"]),
            float(line["quality_score"]),
            tuple(Reason(code) for code in kept["quality"]["reasons"]),
        ),
        rate=HeartRate(None if bpm is None else float(bpm), float(kept["heart_rate_confidence"])),
        murmur=MurmurVerdict(
            Label(murmur["label"]),
            None if odds is None else LogOdds(float(odds[0]), float(odds[1])),
            None,
            murmur["reason"],
            0,
        ),
        segments=(),
        applicability=tuple(map(str, kept["applicability"])),
        concealed_share=float(kept["concealed_share"]),
        model=ModelId(manifest.name, manifest.version, manifest.sha256),
    )
