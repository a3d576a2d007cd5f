"""A simulated recording stays simulated, whatever is lost of it."""

from types import SimpleNamespace

import pytest

from stetho.origin_mark import kept_origin, processing_of, recorded_by_stetho, write_origin
from stetho.stream import Origin


def tagged(origin: Origin | None) -> SimpleNamespace:
    tags = SimpleNamespace(comment="", title="")
    if origin is not None:
        write_origin(origin, tags)
    return tags


@pytest.mark.parametrize("kept", [Origin.SIMULATED, Origin.REPLAYED])
def test_tag_or_sidecar_alone_is_enough(kept: Origin) -> None:
    assert kept_origin(tagged(kept), None) is kept
    assert kept_origin(tagged(None), kept) is kept
    assert kept_origin(tagged(Origin.DEVICE), kept) is kept
    assert kept_origin(tagged(kept), Origin.DEVICE) is kept


def test_all_the_rest_is_a_file() -> None:
    for own in (None, Origin.DEVICE, Origin.FILE):
        assert kept_origin(tagged(own), None) is Origin.FILE
        assert kept_origin(tagged(None), own) is Origin.FILE


def test_a_simulated_file_says_so_in_its_title() -> None:
    assert "SIMULATED" in tagged(Origin.SIMULATED).title
    assert tagged(Origin.DEVICE).title == ""


@pytest.mark.parametrize("origin", Origin)
def test_what_was_made_for_an_ear_says_so_and_keeps_its_origin(origin: Origin) -> None:
    raw, heard = tagged(origin), tagged(None)
    write_origin(origin, heard, processed="listening")
    assert (processing_of(raw), processing_of(heard), processing_of(tagged(None))) == (None, "listening", None)
    assert kept_origin(heard, None) is kept_origin(raw, None)
    assert recorded_by_stetho(heard)
    assert "for listening only" in heard.title
    assert ("SIMULATED" in heard.title) is (origin is Origin.SIMULATED)
