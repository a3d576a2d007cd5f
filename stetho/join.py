"""Chunks that wait, as one."""

from collections.abc import Iterable, Iterator

import numpy as np

from stetho.source import SourceItem
from stetho.stream import Chunk, read_only


def joined(items: Iterable[SourceItem], longest_s: float) -> Iterator[SourceItem]:
    """The same items, with chunks that touch each other joined up to `longest_s`; other items keep their place."""
    held: list[Chunk] = []
    length = 0
    for item in items:
        if isinstance(item, Chunk):
            if held and not (_touch(held[-1], item) and length + len(item) <= longest_s * item.spec.rate_hz):
                yield _one(held)
                held, length = [], 0
            held.append(item)
            length += len(item)
            continue
        if held:
            yield _one(held)
            held, length = [], 0
        yield item
    if held:
        yield _one(held)


def _touch(first: Chunk, then: Chunk) -> bool:
    return first.stop == then.start and first.spec == then.spec


def _one(chunks: list[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    samples = read_only(np.concatenate([chunk.samples for chunk in chunks], axis=1))
    concealed = tuple(span for chunk in chunks for span in chunk.concealed)
    return Chunk(samples, chunks[0].spec, chunks[0].start, chunks[0].t0_ns, concealed)
