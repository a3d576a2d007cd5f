"""The wire protocol, version 1 (docs/protocol.md), without I/O: bytes to messages and back.

`PacketDecoder().feed(data)` gives messages; `encode(Hello(nonce=7))` gives bytes.
"""

from firmware_bridge.wire.adpcm import AdpcmEncoder
from firmware_bridge.wire.codecs import Codec
from firmware_bridge.wire.limits import MAX_PAYLOAD_BYTES, MAX_SAMPLES, VERSION
from firmware_bridge.wire.messages.audio import Audio
from firmware_bridge.wire.messages.resend import ResendRequest, ResendUnavailable
from firmware_bridge.wire.messages.session import Capabilities, Feature, ForeignVersion, Hello
from firmware_bridge.wire.messages.signals import Battery, Event, EventKind, SiteCode
from firmware_bridge.wire.messages.status import DeviceState, Error, ErrorCode, Ping, Pong
from firmware_bridge.wire.messages.streaming import Start, Started, Stop, Stopped, StopReason
from firmware_bridge.wire.messages.time_sync import TimeReply, TimeRequest
from firmware_bridge.wire.v1 import DeviceMessage, HostMessage, Message, PacketDecoder, WireStatistics, encode, warm

__all__ = [
    "MAX_PAYLOAD_BYTES",
    "MAX_SAMPLES",
    "VERSION",
    "AdpcmEncoder",
    "Audio",
    "Battery",
    "Capabilities",
    "Codec",
    "DeviceMessage",
    "DeviceState",
    "Error",
    "ErrorCode",
    "Event",
    "EventKind",
    "Feature",
    "ForeignVersion",
    "Hello",
    "HostMessage",
    "Message",
    "PacketDecoder",
    "Ping",
    "Pong",
    "ResendRequest",
    "ResendUnavailable",
    "SiteCode",
    "Start",
    "Started",
    "Stop",
    "StopReason",
    "Stopped",
    "TimeReply",
    "TimeRequest",
    "WireStatistics",
    "encode",
    "warm",
]
