"""`stetho conform`, as an engineer and a CI system call it."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from firmware_bridge.commands.conform import _is_simulated, _probe
from firmware_bridge.conform.not_testable import not_tested
from firmware_bridge.conform.report import Report
from firmware_bridge.conform.result import Outcome, Result
from stetho.errors import ConfigError, ExportError


def test_a_run_prints_json_and_writes_junit(stetho, tmp_path, validate):
    junit = tmp_path / "conform.xml"
    done = stetho("conform", "sim://murmur", "--rule", "S1", "--rule", "L", "--json", "--junit", str(junit))
    assert done.returncode == 0, done.stderr
    *checks, sums = [json.loads(line) for line in done.stdout.splitlines()]
    for printed in (*checks, sums):
        validate("conform", printed)
    assert [(check["rule"], check["outcome"]) for check in checks] == [
        ("S1", "passed"),
        ("S1", "passed"),
        ("L1", "skipped"),
        ("L2", "skipped"),
        ("L3", "skipped"),
    ]
    assert (sums["passed"], sums["failed"], sums["skipped"]) == (2, 0, 3)
    assert sums["origin"] == "simulated"
    suite = ET.parse(junit).getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "0", "3")
    assert {p.get("name"): p.get("value") for p in suite.iter("property")}["origin"] == "simulated"
    assert next(case.get("classname") for case in suite.iter("testcase")) == "protocol.S1"


def test_a_broken_rule_ends_with_1(stetho, tmp_path):
    """A device that loses every packet of sound never streams, as far as anybody can see."""
    junit = tmp_path / "conform.xml"
    done = stetho("conform", "sim://murmur?loss=0.999999", "--rule", "T1", "--junit", str(junit))
    assert done.returncode == 1, done.stderr
    assert "SIMULATED" in done.stdout
    assert "0 passed, 1 failed, 1 skipped" in done.stdout
    assert re.search(r"^FAILED .*STARTED was said, and no AUDIO came", done.stdout, re.MULTILINE)
    assert "Traceback" not in done.stderr
    assert [one.get("message") for one in ET.parse(junit).getroot().iter("failure")]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("sim://murmur", "--rule", "X1"), 2, "There is no rule X1"),
        (("sim://murmur", "--rule", "V2", "--junit", "no/such/folder/a.xml"), 8, "can't be written"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_its_code(stetho, arguments, code, sentence):
    done = stetho("conform", *arguments)
    assert done.returncode == code, done.stderr
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_device_may_say_what_xml_and_the_table_have_no_way_to_write(tmp_path, validate):
    report = Report("tcp://127.0.0.1:9")
    report.add(Result("F4", "noise", Outcome.FAILED, "it said \x1b[31m & <no>", "[bold]\x00\ud800"))
    path = tmp_path / "a.xml"
    report.write_junit(path)
    (failure,) = ET.parse(path).getroot().iter("failure")
    assert failure.get("message") == "it said \ufffd[31m & <no>"
    assert failure.text == "[bold]\ufffd\ufffd"
    assert report.failed
    report.print()
    validate("conform", report.to_json())
    with pytest.raises(ExportError, match="choose another file for --junit"):
        report.write_junit(tmp_path)


@pytest.mark.parametrize(
    ("every", "rows"),
    [
        (
            False,
            [
                "skipped  R3   the ring: would take too long",
                "skipped  T9 L2  can't be tested from outside (--all says why)",
                f"FAILED   T1   a stream: {'no AUDIO came, ' * 20}; seen: STARTED\ufffd [1]",
            ],
        ),
        (
            True,
            [
                "passed   S1   a greeting: CAPABILITIES",
                "passed   S2   a farewell",
                "skipped  R3   the ring: would take too long",
                "skipped  T9   can't be tested from outside: this is about the host",
                "skipped  L2   can't be tested from outside: this is about the host",
                f"FAILED   T1   a stream: {'no AUDIO came, ' * 20}; seen: STARTED\ufffd [1]",
            ],
        ),
    ],
)
def test_each_result_is_one_whole_line_and_failures_are_last(capsys, monkeypatch, every, rows):
    monkeypatch.setenv("COLUMNS", "80")
    report = Report("tcp://127.0.0.1:9")
    report.add(Result("T1", "a stream", Outcome.FAILED, "no AUDIO came, " * 20, "STARTED\n [1]"))
    report.add(Result("S1", "a greeting", Outcome.PASSED, seen="CAPABILITIES"))
    report.add(Result("S2", "a farewell", Outcome.PASSED))
    report.add(Result("R3", "the ring", Outcome.SKIPPED, "would take too long"))
    for rule in ("T9", "L2"):
        report.add(not_tested(rule))
    report.print(every=every)
    head, gap, *said, end, sums = capsys.readouterr().out.splitlines()
    assert (head, gap, end) == ("tcp://127.0.0.1:9", "", "")
    assert said == rows
    assert sums == "2 passed, 1 failed, 3 skipped. The rules: docs/protocol.md"


def test_junit_of_a_run_that_broke_off_is_no_clean_one(stetho, tmp_path):
    junit = tmp_path / "conform.xml"
    done = stetho("conform", "serial:///dev/ttyNONE", "--junit", str(junit))
    assert done.returncode == 3, done.stderr
    root = ET.parse(junit).getroot()
    assert (root.get("tests"), root.get("errors")) == ("1", "1")
    assert "There is no port /dev/ttyNONE" in next(root.iter("error")).get("message", "")


def test_a_file_is_no_device():
    with pytest.raises(ConfigError, match="is no device that speaks the protocol"):
        _probe("file:///heart.wav")


def test_an_address_may_tell_that_a_device_is_simulated():
    assert _is_simulated("sim://murmur?seed=7")
    assert _is_simulated("ble+sim://here")
    assert not _is_simulated("serial:///dev/ttyACM0?baud=921600")
