"""Figures of the four states: frames right, and onsets of S1 and S2 within 100 ms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from dataset import UNANNOTATED, Recording
from features import Features
from metrics import Figure, figure
from onsets import Matches, annotated_spans, match
from scores import Scores

from stetho.heart.beats import Durations, HeartState, segments


@dataclass(frozen=True)
class StatesFigures:
    """Over annotated frames and onsets; decoded by the product's duration Viterbi."""

    frames: int
    annotated_onsets: int
    network_accuracy: Figure
    decoded_accuracy: Figure
    both: Figure
    first: Figure
    second: Figure


_ONSETS = {HeartState.S1: 0, HeartState.S2: 2}
_ORDER = tuple(HeartState)


def states_figures(
    rows: Sequence[Recording],
    features: Features,
    scores: Scores,
    intervals: Mapping[str, Sequence[tuple[float, float, int]]],
    durations: Durations,
) -> StatesFigures:
    """Of the annotated recordings among ``scores``."""
    people: list[str] = []
    network: list[tuple[int, int]] = []
    decoded: list[tuple[int, int]] = []
    matches: dict[HeartState, list[Matches]] = {state: [] for state in _ONSETS}
    for index, logits in zip(scores.rows, scores.states, strict=True):
        spans = intervals.get(rows[index].name)
        if not spans:
            continue
        people.append(rows[index].group)
        truth = features.state_labels(index)[: logits.shape[1]]
        judged = truth != UNANNOTATED
        network.append((int((logits.argmax(axis=0) == truth)[judged].sum()), int(judged.sum())))
        found = segments(logits, durations)
        track = np.full(len(truth), UNANNOTATED)
        centres_s = 0.04 * np.arange(len(truth)) - 0.002
        for segment in found:
            inside = (centres_s >= segment.start_s) & (centres_s < segment.stop_s)
            track[inside] = _ORDER.index(segment.state)
        decoded.append((int((track == truth)[judged].sum()), int(judged.sum())))
        end_s = 0.04 * len(truth) - 0.1
        for state, number in _ONSETS.items():
            annotated_s = [start for start, _, other in spans if other == number and start < end_s]
            found_s = [segment.start_s for segment in found if segment.state is state and segment.onset_seen]
            matches[state].append(match(annotated_s, found_s, annotated_spans(spans)))
    first, second = matches[HeartState.S1], matches[HeartState.S2]
    both = [one + other for one, other in zip(first, second, strict=True)]
    return StatesFigures(
        frames=sum(total for _, total in network),
        annotated_onsets=sum(one.annotated for one in both),
        network_accuracy=_share(people, network),
        decoded_accuracy=_share(people, decoded),
        both=_f1(people, both),
        first=_f1(people, first),
        second=_f1(people, second),
    )


def _share(people: Sequence[str], counts: Sequence[tuple[int, int]]) -> Figure:
    table = np.asarray(counts)
    return figure(people, lambda items: float(table[items, 0].sum() / table[items, 1].sum()))


def _f1(people: Sequence[str], matches: Sequence[Matches]) -> Figure:
    table = np.asarray([(one.annotated, one.found, one.paired) for one in matches])

    def f1(items: np.ndarray) -> float:
        annotated, found, paired = table[items].sum(axis=0)
        return Matches(int(annotated), int(found), int(paired)).f1

    return figure(people, f1)
