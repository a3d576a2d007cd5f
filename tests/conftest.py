"""What every test may rely on: data, seeds, isolated folders; and what no test may do: leak, skip unseen, reach out."""

import asyncio
import asyncio.runners
import ipaddress
import json
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent
NO_DATA = "no real recordings here: set STETHO_DATA, or lay them in ../shared/data beside the checkout"
ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips")
THREAD_GRACE_S = 2.0

# How much of the full count each profile does: `make check`, `make test`, `make soak`.
SHARE = {"fast": 0.01, "ci": 0.1, "soak": 1.0}
PROFILE = os.environ.get("STETHO_TEST_PROFILE", "fast")
# The first run of a kernel compiles: no deadline. Fixtures here hold nothing that an example changes.
_COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.register_profile("fast", _COMMON, max_examples=10)
settings.register_profile("ci", _COMMON, max_examples=100)
settings.register_profile("soak", _COMMON, max_examples=1000)
settings.load_profile(PROFILE)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draws this session's seed, unless one was given to run an old session again."""
    given = config.getoption("--hypothesis-seed")
    if given is None:
        given = str(random.SystemRandom().randrange(2**32))
        config.option.hypothesis_seed = given
    config.stash[_seed] = int(given)
    asyncio.runners._cancel_all_tasks = _noting(asyncio.runners._cancel_all_tasks)
    # A shell lets what it starts with `&` ignore ctrl-c, and so would every process that a test starts to interrupt it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


_seed = pytest.StashKey[int]()
_skipped = pytest.StashKey[list[tuple[str, str]]]()


# --- what a test may ask for ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real recordings: `pcg/` and `noise/`."""
    folder = Path(os.environ.get("STETHO_DATA") or REPOSITORY.parent / "shared" / "data")
    if not (folder / "pcg" / "manifest.csv").is_file():
        pytest.skip(NO_DATA)
    return folder


@pytest.fixture(scope="session")
def session_seed(pytestconfig: pytest.Config) -> int:
    """A seed that changes from session to session and is printed at the head of each."""
    return pytestconfig.stash[_seed]


@pytest.fixture(scope="session")
def heavy_count() -> Callable[[int], int]:
    """`heavy_count(200_000)`: all of it in `make soak`, a tenth in `make test`, a hundredth in `make check`."""
    return lambda full: max(1, round(full * SHARE[PROFILE]))


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((REPOSITORY / "docs" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="session")
def validate() -> Callable[[str, Any], None]:
    """`validate("live", event)` raises jsonschema.ValidationError unless the object keeps the contract of docs/schemas.

    The object goes through JSON first, strictly: NaN is no JSON.
    """

    def judge(name: str, instance: Any) -> None:
        _validator(name).validate(json.loads(json.dumps(instance, allow_nan=False)))

    return judge


@pytest.fixture(scope="session", autouse=True)
def isolated_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test sees or leaves anything in the user's own folders. Subprocesses inherit this."""
    home = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("RUNTIME_DIR", "CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "STATE_HOME"):
            folder = home / kind.lower()
            folder.mkdir(mode=0o700)
            patch.setenv(f"XDG_{kind}", str(folder))
        for variable in (
            "STETHO_MODELS",
            "STETHO_MODEL",
            "STETHO_CALIBRATION",
            "STETHO_CONFIG",
            "STETHO_DEVICE",
            "STETHO_RECONNECT_S",
        ):
            patch.delenv(variable, raising=False)
        yield home


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Only this machine can be reached."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address):
            self.close()
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


def _is_loopback(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- a test that leaves a task or a thread running fails ------------------------------------------------------------

_abandoned_tasks: list[str] = []


def _noting(cancel_all: Callable[[asyncio.AbstractEventLoop], None]) -> Callable[[asyncio.AbstractEventLoop], None]:
    """Wraps what a closing event loop does to the tasks that nobody ended, so that the guard hears of them."""

    def cancel_and_note(loop: asyncio.AbstractEventLoop) -> None:
        _abandoned_tasks.extend(repr(task.get_coro()) for task in asyncio.all_tasks(loop))
        cancel_all(loop)

    return cancel_and_note


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    item.stash[_threads_before] = set(threading.enumerate())
    _abandoned_tasks.clear()
    return (yield)


_threads_before = pytest.StashKey[set[threading.Thread]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    result = yield
    if _abandoned_tasks:
        pytest.fail(f"the test left tasks running: {', '.join(_abandoned_tasks)}", pytrace=False)
    threads = _threads_left(item.stash[_threads_before])
    if threads:
        pytest.fail(f"the test left threads running: {', '.join(threads)}", pytrace=False)
    return result


def _threads_left(before: set[threading.Thread]) -> list[str]:
    """The threads that a test started and that did not end within the grace time."""
    until = time.monotonic() + THREAD_GRACE_S
    while True:
        left = [thread.name for thread in threading.enumerate() if thread not in before]
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.01)


# --- every skip is accounted for -------------------------------------------------------------------------------------


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_skipped] = []
    _session.append(session)


_session: list[pytest.Session] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        _session[-1].config.stash[_skipped].append((report.nodeid, reason))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        _session[-1].config.stash[_skipped].append((report.nodeid, reason))


def allowed_skips() -> set[str]:
    """The reasons in tests/allowed_skips."""
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    unknown = _unknown_skips(session.config)
    if unknown and exitstatus == pytest.ExitCode.OK and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    seed = config.stash[_seed]
    terminalreporter.write_line(f"profile {PROFILE}, seed {seed}: again with --hypothesis-seed={seed}")
    for nodeid, reason in config.stash[_skipped]:
        terminalreporter.write_line(f"skipped: {nodeid}: {reason}")
    for nodeid, reason in _unknown_skips(config):
        terminalreporter.write_line(f"this skip is not in tests/allowed_skips: {nodeid}: {reason}", red=True)


def _unknown_skips(config: pytest.Config) -> list[tuple[str, str]]:
    allowed = allowed_skips()
    return [(nodeid, reason) for nodeid, reason in config.stash.get(_skipped, []) if reason not in allowed]
