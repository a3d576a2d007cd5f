"""A saved recording, in words."""

from collections.abc import Iterator

from stetho.records.saving import SavedRecording


def saved_lines(saved: SavedRecording) -> Iterator[str]:
    """What was saved, how long, and where on the chest; and where the device said otherwise, whose word was kept."""
    at = "" if saved.site is None else f" at {saved.site}"
    cut = ", cut off at the end" if saved.cut_off else ""
    yield f"Saved {saved.audio} ({saved.duration_s:.1f} s{at}{cut}, {saved.samples_lost} samples lost) and its sidecar."
    if saved.device_site is not None and saved.device_site != saved.site:
        yield f"The device says {saved.device_site}; {saved.site} is kept, as you said."
