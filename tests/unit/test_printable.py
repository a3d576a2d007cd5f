"""A stranger's text gives no orders to a screen."""

from hypothesis import given
from hypothesis import strategies as st

from stetho.printable import printable


def test_what_a_terminal_obeys_is_marked() -> None:
    assert printable("a\x1b[31m\nb\u202ec") == "a\ufffd[31m\ufffdb\ufffdc"
    assert printable("Ärztin, 3 µs") == "Ärztin, 3 µs"


@given(st.text())
def test_it_is_of_one_line_and_as_long_as_before(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)
