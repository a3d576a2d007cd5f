"""The results of one run together: for people, for programs, for CI systems."""

from collections import Counter
from pathlib import Path
from typing import Any

from firmware_bridge.conform.junit import write_junit
from firmware_bridge.conform.result import Outcome, Result
from firmware_bridge.conform.table import print_results
from firmware_bridge.wire import Capabilities, Feature
from stetho.stream import Origin


class Report:
    """Grows with each result. device: what the device said it is, where it came to that.

    broken_off: why the run did not come to its end; a report of half a run must not pass for a clean one.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.device: Capabilities | None = None
        self.broken_off: str | None = None
        self._results: list[Result] = []

    def add(self, result: Result) -> None:
        self._results.append(result)

    @property
    def failed(self) -> bool:
        """Whether a rule is broken."""
        return any(result.outcome is Outcome.FAILED for result in self._results)

    def to_json(self) -> dict[str, Any]:
        """The last line: what was tested, and the sums."""
        counts = Counter(result.outcome for result in self._results)
        sums = {outcome.value: counts[outcome] for outcome in Outcome}
        return {**self._identity(), **sums, "schema": 1}

    def print(self, *, every: bool = False) -> None:
        """On standard output, a line a result; those that passed only with `every`. Nothing where there are no results."""
        if self._results:
            print_results(self._headline(), self._results, whole=self.broken_off is None, every=every)

    def write_junit(self, path: Path) -> None:
        """Raises ExportError where the file can't be written."""
        known = {name: value or "not known" for name, value in self._identity().items()}
        write_junit(path, self._results, known, self.broken_off)

    def _identity(self) -> dict[str, str | None]:
        said = self.device
        return {
            "address": self.address,
            "product": said.product if said else None,
            "hardware": said.hardware if said else None,
            "firmware": said.firmware if said else None,
            "serial_number": said.serial_number if said else None,
            "origin": _origin(said).value if said else None,
        }

    def _headline(self) -> str:
        said = self.device
        if said is None:
            return self.address
        origin = _origin(said)
        mark = "" if origin is Origin.DEVICE else f", {origin.value.upper()}"
        return f"{said.product} {said.hardware}, firmware {said.firmware}, serial number {said.serial_number}{mark}"


def _origin(said: Capabilities) -> Origin:
    if Feature.REPLAYED in said.features:
        return Origin.REPLAYED
    return Origin.SIMULATED if Feature.SIMULATED in said.features else Origin.DEVICE
