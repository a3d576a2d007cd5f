"""All benchmarks of this installation."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import entry_points

from stetho.bench import bandpass, inference, listening, mel, pictures
from stetho.bench.row import Benchmark, Row
from stetho.errors import ConfigError

ENTRY_POINT_GROUP = "stetho.benchmarks"


def all_benchmarks() -> tuple[Benchmark, ...]:
    """Ours, then those of other packages."""
    ours = (bandpass, mel, pictures, listening, inference)
    found = [benchmark for module in ours for benchmark in module.benchmarks()]
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name):
        provider: Callable[[], tuple[Benchmark, ...]] = entry.load()
        found.extend(provider())
    return tuple(found)


def run_all(benchmarks: tuple[Benchmark, ...]) -> Iterator[Row]:
    """The rows, one after another; one that can't be measured here says why in its note."""
    for benchmark in benchmarks:
        try:
            yield benchmark.run()
        except ConfigError as error:
            yield Row(benchmark.row, None, note=str(error))


def selected(names: Sequence[str]) -> tuple[Benchmark, ...]:
    """The benchmarks of those names, or all where none is named. Raises ConfigError for a name that is none."""
    known = all_benchmarks()
    unknown = [name for name in names if name not in {benchmark.row for benchmark in known}]
    if unknown:
        raise ConfigError(f"{unknown[0]!r} is no row; there are {', '.join(benchmark.row for benchmark in known)}.")
    return tuple(benchmark for benchmark in known if not names or benchmark.row in names)


def sized(name: str, size: int) -> Benchmark:
    """A row that is about how many, for a number that the user names. Raises ConfigError where it is none."""
    (benchmark,) = selected((name,))
    if benchmark.of_size is None:
        raise ConfigError(f"{name!r} is not about how many; leave the number out.")
    of_size = benchmark.of_size
    return replace(benchmark, run=lambda: of_size(size))


def fetch_all(benchmarks: tuple[Benchmark, ...]) -> None:
    """Downloads what peers need; one that can't be had is left out, and its row says so."""
    for benchmark in benchmarks:
        if benchmark.fetch is not None:
            with suppress(ConfigError):
                benchmark.fetch()
