"""Pictures of what single stages give: a curve over time, and the shades of a spectrogram. For a notebook's last line."""

import struct
import zlib
from base64 import b64encode
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stetho.dsp.spectrogram import BIN_HZ, Shades
from stetho.notebook.svg import FAINT, INK, MISSING, line, number, picture, text, words
from stetho.notebook.svg import curve as polyline
from stetho.stream import Origin

WIDTH, HEIGHT, LEFT, TOP = 760.0, 120.0, 8.0, 18.0
MOST_POINTS = 1500
MARGIN_PX = 2.0
_STYLE = f"background:#fff;max-width:{number(WIDTH)}px;font:11px system-ui,sans-serif"


@dataclass(frozen=True, slots=True)
class Picture:
    """Something that a notebook shows."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def curve(values: npt.ArrayLike, per_second: float, title: str, *, origin: Origin) -> Picture:
    """Any number a point, `per_second` points a second: (n,). Of many points the mean of neighbours is drawn.

    origin: of the sound that it was made of (`result.spec.origin`). Raises ValueError for what is no curve.
    """
    ys = np.asarray(values, np.float64)
    if ys.ndim != 1 or not ys.size or not np.isfinite(ys).all():
        raise ValueError(f"a curve needs finite numbers (n,), not {ys.shape}")
    together = -(-ys.size // MOST_POINTS)
    ys = np.array([part.mean() for part in np.split(ys, range(together, ys.size, together))])
    low, high = float(ys.min()), float(ys.max())
    span = high - low or 1.0
    xs = LEFT + np.arange(ys.size) / max(ys.size - 1, 1) * (WIDTH - 2 * LEFT)
    drawn = TOP + MARGIN_PX + (high - ys) / span * (HEIGHT - TOP - 2 * MARGIN_PX)
    lasts_s = np.size(values) / per_second
    said = f"{_mark(origin)}{title}; {lasts_s:.1f} s, {low:.3g} to {high:.3g}"
    frame = line(LEFT, HEIGHT - 1, WIDTH - LEFT, HEIGHT - 1, MISSING)
    parts = [text(LEFT, 12, said, FAINT), frame, polyline(xs.tolist(), drawn.tolist(), INK)]
    return Picture(f'<div style="{_STYLE}">{picture(WIDTH, HEIGHT, title, parts)}</div>')


def spectrogram_picture(shades: Shades, title: str = "spectrogram", *, origin: Origin) -> Picture:
    """The shades of `spectrogram`, uint8 (65, n), low frequencies below: dark is loud. origin: as for `curve`."""
    said = f"{_mark(origin)}{title}; 0-{BIN_HZ * (shades.shape[0] - 1):.0f} Hz, {shades.shape[1] / 50:.1f} s"
    data = b64encode(_png(255 - shades[::-1])).decode()
    style = "width:100%;height:130px;image-rendering:pixelated;display:block"
    return Picture(
        f'<div style="{_STYLE};color:{FAINT}">{words(said)}<img alt="{words(title)}" style="{style}" src="data:image/png;base64,{data}"></div>'
    )


def _mark(origin: Origin) -> str:
    """What is of no patient says so in every picture."""
    return "SIMULATED; " if origin is Origin.SIMULATED else ""


def _png(grey: Shades) -> bytes:
    """A picture of bytes, row by row from the top (PNG, ISO/IEC 15948)."""
    rows, columns = grey.shape
    raw = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(grey))
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    framed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)
