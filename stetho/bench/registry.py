"""All benchmarks of this installation."""

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points

from stetho.bench import bandpass, inference, listening, mel, not_yet
from stetho.bench.row import Benchmark, Row
from stetho.errors import ConfigError

ENTRY_POINT_GROUP = "stetho.benchmarks"


def all_benchmarks() -> tuple[Benchmark, ...]:
    """Ours, then those of other packages."""
    found = [*bandpass.benchmarks(), *mel.benchmarks(), *listening.benchmarks(), *inference.benchmarks()]
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name):
        provider: Callable[[], tuple[Benchmark, ...]] = entry.load()
        found.extend(provider())
    return (*found, *not_yet.benchmarks())


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
