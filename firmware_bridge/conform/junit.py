"""Results as JUnit XML, which CI systems read."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from firmware_bridge.conform.result import Outcome, Result
from stetho.errors import ExportError

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2)."""


def write_junit(
    path: Path, results: Sequence[Result], properties: Mapping[str, str], broken_off: str | None = None
) -> None:
    """One suite, a case a check, and one that is an error where the run was broken off, with the reason.

    properties: what was tested. Raises ExportError where the file can't be written.
    """
    counts = Counter(result.outcome for result in results)
    totals = {
        "tests": str(len(results) + (broken_off is not None)),
        "failures": str(counts[Outcome.FAILED]),
        "errors": str(int(broken_off is not None)),
        "skipped": str(counts[Outcome.SKIPPED]),
        "time": f"{sum(result.duration_s for result in results):.3f}",
    }
    root = ET.Element("testsuites", totals)
    suite = ET.SubElement(root, "testsuite", {"name": "stetho conform", **totals})
    kept = ET.SubElement(suite, "properties")
    for name, value in properties.items():
        ET.SubElement(kept, "property", {"name": name, "value": _clean(value)})
    for result in results:
        _add_case(suite, result)
    if broken_off is not None:
        case = ET.SubElement(suite, "testcase", {"classname": "protocol", "name": "the run comes to its end"})
        ET.SubElement(case, "error", {"message": _clean(broken_off)})
    ET.indent(root)
    try:
        ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise ExportError(f"{path} can't be written ({error.strerror}): choose another file for --junit.") from error


def _add_case(suite: ET.Element, result: Result) -> None:
    names = {"classname": f"protocol.{result.rule}", "name": f"{result.rule} {result.title}"}
    case = ET.SubElement(suite, "testcase", {**names, "time": f"{result.duration_s:.3f}"})
    reason = _clean(result.reason or "")
    if result.outcome is Outcome.FAILED:
        ET.SubElement(case, "failure", {"message": reason}).text = _clean(result.seen) or None
    elif result.outcome is Outcome.SKIPPED:
        ET.SubElement(case, "skipped", {"message": reason})
    elif result.seen:
        ET.SubElement(case, "system-out").text = _clean(result.seen)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
