"""Text of a stranger's (a device's name, a file's, a manifest's words) on its way to a screen."""


def printable(text: str) -> str:
    """The same, with U+FFFD for whatever a terminal or a page obeys: no line, colour or direction of its own."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
