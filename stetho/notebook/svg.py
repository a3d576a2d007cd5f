"""Small pictures as text: elements with escaped words and rounded numbers, nothing loaded from anywhere.

Every length and place is in pixels of the picture's own view, x to the right and y down from its upper left; a colour is
`#rrggbb`; an opacity is 0..1.
"""

from collections.abc import Iterable, Sequence
from html import escape

from stetho.printable import printable

INK, FAINT, S1, S2, POOR, MISSING = "#1f2a37", "#6b7280", "#1d4ed8", "#b45309", "#9f1239", "#d1d5db"
"""Dark grey, grey, blue, amber, wine, light grey. No green: nothing here says that all is well."""


def words(text: object) -> str:
    """Text that can stand in HTML or in an attribute, whatever a file was called: no markup, no broken encoding."""
    readable = str(text).encode("utf-8", "replace").decode()
    return escape(printable(readable))


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def points(xs: Iterable[float], ys: Iterable[float]) -> str:
    """As SVG lists them. xs, ys: (n,) each. Raises ValueError where they are not of one length."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in zip(xs, ys, strict=True))


def line(x1: float, y1: float, x2: float, y2: float, colour: str = FAINT, width: float = 1.0) -> str:
    """A straight one from (x1, y1) to (x2, y2); width: of the stroke."""
    where = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {where} stroke="{colour}" stroke-width="{number(width)}"/>'


def box(x: float, y: float, width: float, height: float, colour: str, opacity: float = 1.0, title: str = "") -> str:
    """A filled rectangle, half a pixel wide at least, with its upper left corner at (x, y); its title is what a pointer that rests on it is told."""
    where = f'x="{number(x)}" y="{number(y)}" width="{number(max(width, 0.5))}" height="{number(height)}"'
    told = f"<title>{words(title)}</title>" if title else ""
    return f'<rect {where} fill="{colour}" fill-opacity="{opacity:.2f}">{told}</rect>'


def text(x: float, y: float, what: object, colour: str = INK, anchor: str = "start", size: int = 11) -> str:
    """A line of words. (x, y): of its base line, at the side that `anchor` names (start, middle, end). size: of the letters."""
    where = f'x="{number(x)}" y="{number(y)}" text-anchor="{anchor}"'
    return f'<text {where} fill="{colour}" font-size="{size}">{words(what)}</text>'


def curve(xs: Iterable[float], ys: Iterable[float], colour: str = INK, width: float = 1.2) -> str:
    """A line through points. xs, ys: (n,) each."""
    return f'<polyline points="{points(xs, ys)}" fill="none" stroke="{colour}" stroke-width="{number(width)}"/>'


def area(xs: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str, opacity: float = 1.0) -> str:
    """What lies between two curves. xs, low, high: (n,) each."""
    around = points([*xs, *reversed(xs)], [*low, *reversed(high)])
    return f'<polygon points="{around}" fill="{colour}" fill-opacity="{opacity:.2f}"/>'


def picture(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    """One picture of width times height pixels, drawn as wide as its place; `label` is what it is called where it can't be seen."""
    frame = f'viewBox="0 0 {number(width)} {number(height)}" role="img" aria-label="{words(label)}"'
    style = 'style="width:100%;height:auto;display:block;font-family:system-ui,sans-serif"'
    return f"<svg {frame} {style}>{''.join(parts)}</svg>"
