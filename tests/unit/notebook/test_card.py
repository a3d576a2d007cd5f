"""What a notebook shows of a result: the sentences that must stand there, and nothing that a file's name could slip in."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from stetho import RecordingAnalysis
from stetho.heart.quality import Quality, QualitySummary, Reason
from stetho.inference.verdict import Label, LogOdds, MurmurVerdict
from stetho.notice import INVESTIGATIONAL, NOT_RULED_OUT
from stetho.stream import Origin, Span

HOSTILE = (
    "<script>alert(1)</script>.wav",
    '"><img src=x onerror=alert(1)>.wav',
    "a&b;'\"`<!--.wav",
    "]]>\x00\x1b[31m\u202egpj.wav",
    "broken\udcff.wav",
    "<svg/onload=alert(1)>" * 200,
)


class Seen(HTMLParser):
    """The elements and words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def absent(shown: RecordingAnalysis) -> RecordingAnalysis:
    return replace(shown, murmur=MurmurVerdict(Label.ABSENT, LogOdds(-3.0, -4.0), None, None, 3))


def said(shown: RecordingAnalysis) -> str:
    return Seen(shown._repr_html_()).words


def test_a_suspected_murmur(murmur: RecordingAnalysis) -> None:
    words = said(murmur)
    assert "Murmur suspected" in words
    assert "SIMULATED" in words
    assert words.endswith(INVESTIGATIONAL)
    assert words.count("S1") > 5


def test_no_murmur_is_never_said_alone_and_never_called_normal(clear: RecordingAnalysis) -> None:
    html = absent(clear)._repr_html_()
    assert f"No murmur detected by the model. {NOT_RULED_OUT}" in Seen(html).words
    assert INVESTIGATIONAL in Seen(html).words
    assert not re.search(r"\bnormal\b|\u2713|\u2714|\u2705|green", html, re.IGNORECASE)


def test_no_colour_is_green(murmur: RecordingAnalysis, silence: RecordingAnalysis) -> None:
    for code in set(re.findall(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", murmur._repr_html_() + silence._repr_html_())):
        red, green, blue = (int(part * (6 // len(part)), 16) for part in re.findall("." * (len(code) // 3), code))
        assert green <= max(red, blue), code


def test_what_can_t_be_judged_has_its_reason_and_no_number(silence: RecordingAnalysis) -> None:
    words = said(silence)
    assert "Unknown: " in words
    assert "probability" not in words
    assert "no beats can be told" in words
    assert "S1" not in words
    assert "SIMULATED" not in words
    assert INVESTIGATIONAL in words


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_ever_words(murmur: RecordingAnalysis, name: str) -> None:
    html = replace(murmur, recording=name)._repr_html_()
    seen, tame = Seen(html), Seen(murmur._repr_html_())
    assert (seen.tags, seen.attributes) == (tame.tags, tame.attributes)
    assert not seen.open
    html.encode("utf-8")
    assert not re.search(r"[\x00-\x1f\u202e]", html)


def test_nothing_is_loaded_or_run(murmur: RecordingAnalysis) -> None:
    html = murmur._repr_html_()
    seen = Seen(html)
    assert not seen.tags & {"script", "img", "link", "style", "iframe", "use", "image", "a", "object", "foreignobject"}
    assert not {name for name in seen.attributes if name.startswith("on") or "href" in name or name == "src"}
    assert "url(" not in html
    assert "http" not in html
    assert len(html) < 120_000


def test_what_was_lost_is_a_field_and_no_quiet_heart(murmur: RecordingAnalysis) -> None:
    holed = replace(murmur, gaps=(Span(12_000, 16_000),), concealed=(Span(8000, 8200),))
    words = said(holed)
    assert "lost on the way" in words
    assert "filled in on the way" in words
    assert "on the way" not in said(murmur)


def test_poor_quality_names_its_cause(murmur: RecordingAnalysis) -> None:
    poor = Quality(Span(0, 2000), 0.1, usable=False, reasons=(Reason.CLIPPING,))
    summary = QualitySummary(usable=False, score=0.1, reasons=(Reason.CLIPPING,))
    words = said(replace(murmur, quality=summary, quality_track=(poor, *murmur.quality_track[1:])))
    assert "too loud" in words
    assert "1 not" in words


def test_a_recording_of_a_moment_and_a_long_one_are_drawn(murmur: RecordingAnalysis) -> None:
    moment = replace(murmur, samples=murmur.samples[:3], duration_s=3 / 4000, segments=(), quality_track=())
    assert "0.0 s" in said(moment)
    long = np.tile(murmur.samples, 100)
    later = [
        replace(s, start_s=s.start_s + 9 * k, stop_s=s.stop_s + 9 * k) for k in range(100) for s in murmur.segments
    ]
    shown = replace(
        murmur, duration_s=900.0, segments=tuple(later), quality_track=murmur.quality_track * 100, samples=long
    )
    assert len(shown._repr_html_()) < 120_000


def test_origins_other_than_simulated_carry_no_such_mark(murmur: RecordingAnalysis) -> None:
    real = replace(murmur, spec=replace(murmur.spec, origin=Origin.FILE), applicability=())
    assert "SIMULATED" not in said(real)
