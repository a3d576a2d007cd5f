"""Which samples to ask for again, when, and when to stop asking."""

from dataclasses import dataclass

from firmware_bridge.assembly.span_set import SpanSet
from stetho.stream import Span

_AT_ONCE = 8
"""Requests without an answer; the oldest holes come first."""

_TRIES = 8
_FIRST_WAIT_NS = 60_000_000
_LONGEST_WAIT_NS = 1_000_000_000
"""A request is repeated after 60 ms, then after twice as long each time: 4.8 s until the range is given up."""


@dataclass(frozen=True, slots=True)
class _Asked:
    span: Span
    due_ns: int
    tries: int


class ResendPlanner:
    """Keeps the requests under way. `longest` bounds one request, in samples."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._asked: list[_Asked] = []

    def patient(self, now_ns: int) -> bool:
        """Whether nothing can be asked for now: as many requests as allowed wait for an answer, none for too long."""
        return len(self._asked) == _AT_ONCE and all(now_ns < asked.due_ns for asked in self._asked)

    def plan(self, now_ns: int, missing: list[Span]) -> tuple[list[Span], list[Span]]:
        """The ranges to ask for now, and those that were asked for in vain too often.

        missing: every range that is still missing, in order.
        """
        if not missing and not self._asked:
            return [], []
        there = _complement(missing)
        ask: list[_Asked] = []
        vain: list[Span] = []
        waiting: list[_Asked] = []
        for asked in self._asked:
            left = there.gaps(asked.span)
            if not left:
                continue
            if now_ns < asked.due_ns:
                waiting.append(asked)
            elif asked.tries >= _TRIES:
                vain.extend(left)
            else:
                ask.extend(_Asked(span, 0, asked.tries) for span in left)
        ask.extend(self._new(missing, waiting + ask, vain))
        sent = [_Asked(a.span, now_ns + _wait_ns(a.tries), a.tries + 1) for a in ask]
        self._asked = waiting + sent
        return [a.span for a in sent], vain

    def _new(self, missing: list[Span], known: list[_Asked], vain: list[Span]) -> list[_Asked]:
        covered = SpanSet()
        for span in [a.span for a in known] + vain:
            covered.add(span)
        room = _AT_ONCE - len(known)
        new: list[_Asked] = []
        for gap in missing:
            for part in covered.gaps(gap):
                for start in range(part.start, part.stop, self._longest):
                    if len(new) >= room:
                        return new
                    new.append(_Asked(Span(start, min(part.stop, start + self._longest)), 0, 0))
        return new

    def restart(self) -> None:
        """The link is new: what was asked for before it is asked for again, with all tries."""
        self._asked.clear()


def _wait_ns(tries: int) -> int:
    return min(_LONGEST_WAIT_NS, _FIRST_WAIT_NS << tries)


def _complement(missing: list[Span]) -> SpanSet:
    """All samples but the missing ones."""
    there = SpanSet()
    at = 0
    for gap in missing:
        there.add(Span(at, gap.start))
        at = gap.stop
    there.add(Span(at, 1 << 62))
    return there
