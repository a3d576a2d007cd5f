"""The document, the golden bytes and the code say the same."""

import json
import re
from pathlib import Path

import pytest

from firmware_bridge import wire
from firmware_bridge.wire import Codec, EventKind, Feature, PacketDecoder, encode
from firmware_bridge.wire.cobs import FrameDecoder, encode_frame
from firmware_bridge.wire.v1 import encode_body

ROOT = Path(__file__).resolve().parents[4]
VECTORS = json.loads((ROOT / "tests/golden/wire_v1.json").read_text(encoding="utf-8"))["vectors"]
BY_NAME = {vector["name"]: vector for vector in VECTORS}
PROTOCOL = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")


def message(vector):
    fields = dict(vector["fields"])
    for name, kind in (("codec", Codec), ("kind", EventKind), ("features", Feature)):
        if name in fields:
            fields[name] = kind(fields[name])
    for name in ("rates_hz", "channels"):
        if isinstance(fields.get(name), list):
            fields[name] = tuple(fields[name])
    if "codecs" in fields:
        fields["codecs"] = frozenset(map(Codec, fields["codecs"]))
    if "payload" in fields:
        fields["payload"] = bytes.fromhex(fields["payload"])
    return getattr(wire, vector["message"])(**fields)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_a_vector_is_what_is_sent_and_what_is_understood(vector):
    assert encode_body(message(vector)) == bytes.fromhex(vector["body"])
    assert encode(message(vector)) == bytes.fromhex(vector["frame"])
    (got,) = PacketDecoder().feed(bytes.fromhex(vector["frame"]))
    assert got == message(vector)
    if "samples" in vector:
        assert got.pcm().tolist() == vector["samples"]


def test_frames_at_the_edges():
    for frame in json.loads((ROOT / "tests/golden/frames.json").read_text(encoding="utf-8"))["frames"]:
        assert encode_frame(bytes.fromhex(frame["body"])).hex() == frame["frame"]
        assert [b.hex() for b in FrameDecoder().feed(bytes.fromhex(frame["frame"]))] == [frame["body"]]


def test_every_example_of_the_document_is_a_golden_vector():
    examples = re.findall(r"```hex (\w+)\.(\w+)\n(.*?)```", PROTOCOL, re.DOTALL)
    assert {name for name, _, _ in examples} == set(BY_NAME)
    for name, part, text in examples:
        assert bytes.fromhex(text) == bytes.fromhex(BY_NAME[name][part]), f"{name}.{part}"


def test_every_message_has_its_number_in_the_document():
    rows = dict(re.findall(r"^\| 0x([0-9A-F]{2}) \| (\w+) \|", PROTOCOL, re.MULTILINE))
    for vector in VECTORS:
        kind = bytes.fromhex(vector["body"])[1]
        said = rows[f"{kind:02X}"].replace("_", "").lower()
        resent = vector["fields"].get("resent", False)
        assert said == vector["message"].lower() + ("resent" if resent else "")


def test_the_rules_are_numbered_without_gaps():
    rules = re.findall(r"^- \*\*([A-Z])(\d+)\.\*\*", PROTOCOL, re.MULTILINE)
    for letter in {letter for letter, _ in rules}:
        numbers = [int(number) for found, number in rules if found == letter]
        assert numbers == list(range(1, len(numbers) + 1)), letter
