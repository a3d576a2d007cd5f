"""What every step of the signal path is, and the one place where a gap resets them all."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from stetho.errors import ConfigError
from stetho.stream import Chunk, StreamSpec

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)
Out = TypeVar("Out")


class Stage(Protocol[In_contra, Out_co]):
    """A synchronous, stateful step that never blocks and never reads a clock.

    The output is bit-identical however the input is cut into pieces. Positions in the output are *source* samples. A
    stage works at the rate that it was prepared for: `process` raises ConfigError for a chunk of another one.
    """

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Gets ready for a stream and says what comes out; compiles or loads whatever `process` needs.

        Raises ConfigError for a stream it can't work on.
        """
        ...

    def process(self, item: In_contra) -> Iterable[Out_co]:
        """Takes the next item and gives what became known by it."""
        ...

    def flush(self) -> Iterable[Out_co]:
        """Gives what is still held back; the stream has ended."""
        ...

    def reset(self, reason: str) -> None:
        """Forgets the past: the next item does not continue the last one."""
        ...


def run(stage: Stage[Chunk, Out], chunks: Iterable[Chunk]) -> Iterator[Out]:
    """Feeds a whole stream to a prepared stage and flushes it; resets it wherever the stream has a gap.

    Raises ConfigError where the rate changes in mid-stream: what follows a stage was told of one rate, too.
    """
    gate = GapGate()
    for chunk in chunks:
        if gate.opens_gap(chunk):
            yield from stage.flush()
            stage.reset("gap")
        yield from stage.process(chunk)
    yield from stage.flush()


def require_rate(chunk: Chunk, prepared_hz: int) -> None:
    """Raises ConfigError for a chunk of another rate: filters of the old one would give wrong numbers, unnoticed."""
    if chunk.spec.rate_hz != prepared_hz:
        raise ConfigError(
            f"The stream goes on at {chunk.spec.rate_hz} Hz and not at {prepared_hz} Hz; end it here and begin a new one."
        )


class GapGate:
    """Says whether a chunk continues the one before it: the one judge of what a gap is."""

    def __init__(self, expected: int | None = None) -> None:
        """expected: where the stream has to begin, if that is known."""
        self._expected = expected

    def opens_gap(self, chunk: Chunk) -> bool:
        """True when samples are missing between the last chunk and this one."""
        gap = self._expected is not None and chunk.start != self._expected
        self._expected = chunk.stop
        return gap
