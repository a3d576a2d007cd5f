"""A driver for the stetho link protocol, version 1, with sockets and struct alone (docs/protocol.md has the rules)."""

import binascii
import socket
import struct
import time
from array import array

HELLO, START, RESEND_REQUEST = 0x01, 0x02, 0x04
AUDIO, AUDIO_RESENT = 0x84, 0x85
STREAM_ID = 0x0BEA


def record(host: str, port: int, samples: int, rate_hz: int = 4000) -> list[int]:
    """The first samples of a stream, 16 bit: what gets lost is asked for again, a broken link is taken up again."""
    heard: dict[int, int] = {}
    missing = set(range(samples))
    while missing:
        try:
            with socket.create_connection((host, port), timeout=5) as link:
                link.settimeout(0.5)
                _listen(link, heard, missing, rate_hz)
        except OSError:
            time.sleep(0.05)  # the link is gone: the device samples on, and its ring has what we miss
    return [heard[index] for index in range(samples)]


def _listen(link: socket.socket, heard: dict[int, int], missing: set[int], rate_hz: int) -> None:
    _send(link, struct.pack("<BBBBIB6s", 1, HELLO, 1, 1, 7, 6, b"logger"))
    _send(link, struct.pack("<BBHBBI", 1, START, STREAM_ID, 0, 1, rate_hz))
    waiting, packets = b"", 0
    while missing:
        try:
            more = link.recv(4096)
        except TimeoutError:
            more = None  # a quiet link still owes us what is missing
        if more == b"":
            raise ConnectionError("the device closed the link")
        *frames, waiting = (waiting + (more or b"")).split(b"\0")
        for frame in frames:
            packets += _take(frame, heard, missing)
        if more is None or packets >= 10:
            packets = 0
            _ask_again(link, heard, missing)


def _take(frame: bytes, heard: dict[int, int], missing: set[int]) -> int:
    """Keeps the samples of an audio frame; says how many packets it was."""
    body = _unstuff(frame)
    if len(body) < 26 or body[1] not in (AUDIO, AUDIO_RESENT) or binascii.crc_hqx(body[:-2], 0xFFFF) != _crc(body):
        return 0
    _, _, stream_id, _, first, count, _, _, _ = struct.unpack_from("<BBHIIHBBQ", body)
    if stream_id != STREAM_ID:
        return 0
    for offset, sample in enumerate(array("h", body[24 : 24 + 2 * count])):
        heard[first + offset] = sample
        missing.discard(first + offset)
    return 1


def _ask_again(link: socket.socket, heard: dict[int, int], missing: set[int]) -> None:
    """Asks for the first hole, half a second of it at most."""
    first = min(missing, default=0)
    if first < max(heard, default=0) and missing:
        hole = next((n for n in range(2000) if first + n not in missing), 2000)
        _send(link, struct.pack("<BBHII", 1, RESEND_REQUEST, STREAM_ID, first, hole))


def _send(link: socket.socket, body: bytes) -> None:
    body += struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))
    link.sendall(b"".join(bytes([len(part) + 1]) + part for part in body.split(b"\0")) + b"\0")


def _crc(body: bytes) -> int:
    return int(struct.unpack("<H", body[-2:])[0])


def _unstuff(frame: bytes) -> bytes:
    """COBS: each length byte says how far the next zero lies."""
    parts = []
    while frame:
        length = frame[0]
        parts.append(frame[1:length] + (b"\0" if length < 255 and len(frame) > length else b""))
        frame = frame[length:]
    return b"".join(parts)
