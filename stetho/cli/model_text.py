"""A model in words, line by line."""

from collections.abc import Iterator
from typing import Any

from stetho.inference.description import ModelDescription
from stetho.notice import INVESTIGATIONAL


def description_lines(model: ModelDescription) -> Iterator[str]:
    """What `stetho model show` says."""
    yield f"{model.manifest.name} {model.manifest.version}: {model.standing.words()}"
    yield from facts(model)
    if model.standing.approval is not None and model.standing.approval.statement.note:
        yield _line("note", model.standing.approval.statement.note)
    if model.standing.refusal is not None:
        yield model.standing.refusal
    yield INVESTIGATIONAL


def facts(model: ModelDescription) -> Iterator[str]:
    """What it is, whoever trusts it."""
    said = model.to_json()
    validated, thresholds = said["validated"], said["thresholds"]
    for label, words in (
        ("folder", said["folder"]),
        ("network", _file_words(said["network"])),
        ("manifest", _file_words(said["manifest"])),
        ("mel table", said["mel_sha256"]),
        ("meant for", said["intended_use"]),
        ("trained on", ", ".join(f"{rows} of {name}" for name, rows in said["trained_on"].items())),
        ("validated on", _validated_words(validated)),
        ("thresholds", "; ".join(f"{of}: {_threshold_words(pair)}" for of, pair in thresholds.items())),
        ("prevalence", said["prevalence"]),
        ("card", said["card"]),
    ):
        if words not in {None, ""}:
            yield _line(label, words)
    other = model.other_card()
    if other is not None:
        yield f"Warning: the card is about version {other}, and the manifest says {model.manifest.version}."


def _line(label: str, words: object) -> str:
    return f"  {label:<12}  {words}"


def _file_words(file: dict[str, Any]) -> str:
    return f"{file['sha256']}  {file['file']}, {file['bytes']:,} bytes"


def _validated_words(validated: dict[str, Any]) -> str:
    youngest, oldest = validated["ages_years"]
    return f"ages {youngest:g} to {oldest:g}; {', '.join(validated['devices'])}; {', '.join(validated['sites'])}"


def _threshold_words(pair: dict[str, float]) -> str:
    return f"present from {pair['present']:g}, unknown from {pair['unknown']:g}"
