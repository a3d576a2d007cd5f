"""The split by which every accuracy is judged."""

from dataclasses import replace
from pathlib import Path

import pytest
from dataset import Recording
from folds import FOLDS, assign_folds, split_hash
from lock import is_locked, unlocked

PEOPLE = 600


def recording(person: int, site: str, label: str) -> Recording:
    return Recording(
        path=Path(f"{person}_{site}.flac"),
        name=f"{person}_{site}",
        dataset="circor",
        use="train",
        group=f"circor_{person}",
        visit=str(person),
        site=site,
        visit_label=label,
        site_label=label,
        judged=True,
        usable=True,
        timing="",
        grade="",
        diastolic=False,
        age="Child",
        duration_s=20.0,
    )


@pytest.fixture
def rows() -> tuple[Recording, ...]:
    labels = ("absent", "absent", "absent", "present", "unknown")
    return tuple(
        recording(person, site, labels[person % len(labels)]) for person in range(PEOPLE) for site in ("AV", "MV")
    )


def test_about_a_fifth_of_the_people_is_locked() -> None:
    share = sum(is_locked(f"circor_{person}") for person in range(20_000)) / 20_000
    assert share == pytest.approx(0.2, abs=0.01)


def test_the_lock_depends_on_the_name_alone() -> None:
    # Pinned: were the salt or the hash to change, people that experiments have seen would be called unseen.
    assert [person for person in range(40) if is_locked(f"circor_{person}")] == [
        2,
        4,
        5,
        8,
        10,
        11,
        12,
        13,
        23,
        27,
        29,
        31,
    ]


def test_no_locked_person_is_in_any_fold(rows: tuple[Recording, ...]) -> None:
    folds = assign_folds(unlocked(rows))
    assert folds
    assert not any(is_locked(group) for group in folds)


def test_a_person_is_in_one_fold_and_each_fold_has_its_share_of_each_label(rows: tuple[Recording, ...]) -> None:
    seen = unlocked(rows)
    folds = assign_folds(seen)
    assert set(folds) == {row.group for row in seen}
    for label in ("present", "unknown", "absent"):
        counts = [
            len({row.group for row in seen if row.visit_label == label and folds[row.group] == fold})
            for fold in range(FOLDS)
        ]
        assert max(counts) - min(counts) <= 1


def test_a_second_visit_stays_with_its_person(rows: tuple[Recording, ...]) -> None:
    later = tuple(replace(row, visit=f"{row.visit}-2", visit_label="absent") for row in rows)
    folds = assign_folds(unlocked(rows + later))
    assert len(folds) == len({row.group for row in unlocked(rows)})


def test_the_hash_of_a_split_names_the_split(rows: tuple[Recording, ...]) -> None:
    folds = assign_folds(unlocked(rows))
    assert split_hash(folds) == split_hash(dict(reversed(folds.items())))
    moved = dict(folds)
    first = next(iter(moved))
    moved[first] = (moved[first] + 1) % FOLDS
    assert split_hash(moved) != split_hash(folds)
