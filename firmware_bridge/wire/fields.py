"""Fields of a message's body, read with every bound checked and written with every bound checked."""

from struct import Struct

from firmware_bridge.wire.limits import MAX_TEXT_BYTES
from stetho.printable import printable


class MalformedError(ValueError):
    """A body that breaks the layout of its type. Never leaves the wire package: it is counted."""


class FieldReader:
    """Walks through a body. Each method raises MalformedError where the body is too short or breaks a bound."""

    __slots__ = ("_body", "_position")

    def __init__(self, body: bytes, position: int) -> None:
        self._body = body
        self._position = position

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._body) - self._position

    def take(self, layout: Struct) -> tuple[int, ...]:
        if self.left < layout.size:
            raise MalformedError("the body ends inside its fixed fields")
        values = layout.unpack_from(self._body, self._position)
        self._position += layout.size
        return values

    def bytes(self, count: int) -> bytes:
        if self.left < count:
            raise MalformedError("the body ends inside its payload")
        start = self._position
        self._position += count
        return self._body[start : self._position]

    def text(self) -> str:
        """A length byte, then at most 64 bytes of UTF-8; what is none or can't be printed becomes U+FFFD."""
        length = self.bytes(1)[0]
        if length > MAX_TEXT_BYTES:
            raise MalformedError(f"a text of {length} bytes, {MAX_TEXT_BYTES} at most")
        text = self.bytes(length).decode("utf-8", "replace")
        # A device's name ends up on terminals: no escape sequence may come through it.
        return printable(text)


def text_field(text: str) -> bytes:
    """Raises ValueError for a text of more than 64 bytes of UTF-8."""
    encoded = text.encode()
    if len(encoded) > MAX_TEXT_BYTES:
        raise ValueError(f"{text!r} is longer than {MAX_TEXT_BYTES} bytes")
    return bytes([len(encoded)]) + encoded
