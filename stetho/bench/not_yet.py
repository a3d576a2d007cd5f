"""Rows of the table that are not measured yet, each with its reason, so that nobody takes them for forgotten."""

from stetho.bench.row import Benchmark, Row

_REASONS = {
    "segmentation_60s_pypcg": "not measured: pyPCG needs an environment of its own",
    "segmentation_60s_neurokit2": "not measured: neurokit2 needs an environment of its own",
    "streams": "not measured yet: several devices at once",
}


def benchmarks() -> tuple[Benchmark, ...]:
    return tuple(Benchmark(name, lambda name=name: _row(name)) for name in _REASONS)  # type: ignore[misc] # its default


def _row(name: str) -> Row:
    return Row(name, None, note=_REASONS[name])
