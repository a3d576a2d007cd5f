"""Pictures of single stages: all of the time drawn, few points, and a PNG that others can read."""

import base64
import re
import zlib

import numpy as np
import pytest

from stetho.notebook.pictures import curve, spectrogram_picture
from stetho.stream import Origin


def test_a_long_curve_is_drawn_with_few_points_and_a_hostile_title_is_only_words() -> None:
    html = curve(np.sin(np.arange(500_000)), 4000, "<script>&", origin=Origin.FILE)._repr_html_()
    assert len(html) < 30_000
    assert "125.0 s" in html
    assert "<script" not in html


@pytest.mark.parametrize("values", [np.zeros(5), [0.5]])
def test_what_is_flat_or_one_point_is_drawn(values: object) -> None:
    assert "<polyline" in curve(values, 1, "x", origin=Origin.FILE).html
    assert "nan" not in curve(values, 1, "x", origin=Origin.FILE).html


@pytest.mark.parametrize("values", [[], [np.nan], np.zeros((2, 2))])
def test_what_is_no_curve_is_refused(values: object) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        curve(values, 1, "x", origin=Origin.FILE)


def test_the_loud_is_dark_and_the_low_below() -> None:
    shades = np.zeros((65, 30), np.uint8)
    shades[0, 7] = 255
    html = spectrogram_picture(shades, origin=Origin.FILE).html
    (data_uri,) = re.findall(r"base64,([^\"]+)", html)
    png = base64.b64decode(data_uri)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    data = png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8]
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(65, 31)
    assert not rows[:, 0].any()
    assert rows[64, 8] == 0
    assert (np.delete(rows[:, 1:].ravel(), 64 * 30 + 7) == 255).all()


def test_what_was_simulated_says_so_in_each_picture() -> None:
    shades = np.zeros((65, 30), np.uint8)
    for origin in Origin:
        for shown in (curve([0.5], 1, "x", origin=origin), spectrogram_picture(shades, origin=origin)):
            assert ("SIMULATED" in shown.html) is (origin is Origin.SIMULATED)
