"""Every bound of the protocol (docs/protocol.md, "Bounds"). What a peer sends never makes us hold more than this."""

VERSION = 1
MAX_BODY_BYTES = 1024
CRC_BYTES = 2
MIN_BODY_BYTES = 2
MAX_ENCODED_BYTES = MAX_BODY_BYTES + CRC_BYTES + (MAX_BODY_BYTES + CRC_BYTES) // 254 + 1
"""A COBS frame without its delimiter: one byte more for each 254, and one."""

MAX_TEXT_BYTES = 64
MAX_RATES = 16
MAX_RATE_HZ = 192_000
MAX_CHANNELS = 4
MAX_SAMPLES = 1000
"""Samples a channel in one audio packet."""

AUDIO_HEADER_BYTES = 24
MAX_PAYLOAD_BYTES = MAX_BODY_BYTES - AUDIO_HEADER_BYTES
