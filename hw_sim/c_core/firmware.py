"""The C code as a simulated device's firmware: what of it the simulator sees is what `hw_sim.firmware.Firmware` shows."""

import ctypes
from collections.abc import Sequence

from firmware_bridge.wire import MAX_PAYLOAD_BYTES, MAX_SAMPLES, Codec, ErrorCode, Feature, SiteCode, StopReason
from firmware_bridge.wire.codecs import payload_bytes
from firmware_bridge.wire.limits import AUDIO_HEADER_BYTES
from firmware_bridge.wire.messages.audio import Audio
from hw_sim.c_core.library import DeviceDescription, library
from hw_sim.faults import Fault
from hw_sim.hearing import Hearing
from hw_sim.identity import Identity
from hw_sim.programme import Programme, Touch
from stetho.errors import StethoError

_MINUTE_US = 60_000_000
_TYPE_AT = 2  # of a frame: neither its version nor its type is 0, so that COBS leaves both where they are
_MOST_SAMPLES = {Codec.PCM16: MAX_PAYLOAD_BYTES // 2, Codec.IMA_ADPCM: MAX_SAMPLES}
_AUDIO = frozenset({Audio.TYPE, Audio.RESENT_TYPE})


_EMPTY = b"the battery is empty: charge it"  # the C code keeps its address


class CFirmware:
    """Does what a board does: takes samples when they are due, and gives them to the C code.

    faults: those of what is heard. late_us: for a device that was switched on in the middle of a programme.
    Raises ConfigError where there is no C compiler.
    """

    def __init__(
        self, identity: Identity, programme: Programme, faults: Sequence[Fault] = (), late_us: int | None = None
    ) -> None:
        self.identity, self._programme, self._faults, self._late_us = identity, programme, faults, late_us
        self.begun = 0
        self._c = library()
        self._link = ctypes.create_string_buffer(self._c.sim_link_bytes())
        self._memory = ctypes.create_string_buffer(_ring_bytes(identity, programme.rates_hz))
        features = Feature.CONTACT_SENSOR | Feature.BATTERY | Feature.SIMULATED | Feature.TIME_SYNC
        if programme.replayed:
            features |= Feature.REPLAYED
        self._description = DeviceDescription.of(identity, programme.rates_hz, features)
        room = self._c.stetho_link_init(
            self._link, ctypes.byref(self._description), self._memory, ctypes.sizeof(self._memory)
        )
        self._frame = ctypes.create_string_buffer(room)
        self._hearing: Hearing | None = None
        self._streams = self._start_us = self._next_sample = 0
        self._promised = self._ring_samples = int(self._c.sim_ring_samples(self._link))
        self._percent: int | None = None
        self._battery_due_us = 0

    # -- the link's side

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host, cut anywhere. Noise is ignored."""
        self.advance(now_us)
        if not self._c.sim_has_session(self._link):
            self._measure_battery(now_us)  # a HELLO may be among them
        self._c.stetho_link_receive(self._link, data, len(data), now_us)
        if self._c.sim_streams_begun(self._link) != self._streams:
            self._begin(now_us)

    def advance(self, now_us: int) -> None:
        """Takes the samples that are due by now, and says once a minute how the battery is."""
        while (due_us := self.due_us) is not None and due_us <= now_us:
            self._take_packet()
        if self._c.sim_is_sending(self._link) and now_us >= self._battery_due_us:
            self._measure_battery(now_us)

    def frames(self, now_us: int) -> list[tuple[bytes, bool]]:
        """What is to be sent now, a frame each, and whether it carries sound; forgets it."""
        frames = []
        while length := self._c.stetho_link_send(self._link, self._frame, len(self._frame), now_us):
            frame = self._frame.raw[:length]
            frames.append((frame, frame[_TYPE_AT] in _AUDIO))
        return frames

    @property
    def due_us(self) -> int | None:
        """When `advance` has something to do next; None while nothing is captured."""
        if self._hearing is None or not self._rate_hz:
            return None
        return self._time_of_us(self._next_sample + self._c.sim_packet_samples(self._link))

    def charge(self, percent: int, now_us: int) -> None:
        """The battery has that much left, whatever it had; it is said when it changes, and at 0 the stream ends."""
        if percent == self._percent:
            return
        self._percent = percent
        self._measure_battery(now_us)
        if percent == 0:
            self._c.stetho_link_end(self._link, StopReason.BATTERY)
            self._c.stetho_link_refuse(self._link, ErrorCode.FAULT, _EMPTY)

    def ring_holds(self, seconds: float) -> None:
        """The ring is that deep from now on, or as deep as the device promised, whichever is less."""
        if self._rate_hz:
            self._ring_samples = int(min(self._promised, seconds * self._rate_hz))
            self._forget()

    def client_lost(self) -> None:
        """The link says that the client went away: nothing is sent until another says HELLO."""
        self._c.stetho_link_client_lost(self._link)

    def taken_over(self) -> list[bytes]:
        """Another client comes on another link: the last frames for the one that has to go."""
        length = self._c.stetho_link_taken_over(self._link, self._frame, len(self._frame))
        return [self._frame.raw[:length]] if length else []

    # -- the board's side

    @property
    def _rate_hz(self) -> int:
        """0 where no samples are wanted."""
        return int(self._c.stetho_link_rate_hz(self._link))

    def _time_of_us(self, sample: int) -> int:
        return self._start_us - (-sample * 1_000_000 // self._rate_hz)

    def _begin(self, now_us: int) -> None:
        """A new stream; after a restart the heart is where it would be without one."""
        self._streams = self._c.sim_streams_begun(self._link)
        self._start_us, self._next_sample = now_us, 0
        self._ring_samples = self._promised
        try:
            self._hearing = Hearing(self._programme, self._rate_hz, self._faults)
        except StethoError:  # a file that was there when the device was made, and is not any more
            self._hearing = None
            self._c.stetho_link_end(self._link, StopReason.FAULT)
            return
        if self._late_us is None:
            self.begun += 1
        else:
            self._hearing.skip((self._late_us + now_us) * self._rate_hz // 1_000_000)
        self._late_us = None
        contact = self._hearing.contact
        self._c.sim_first_contact(self._link, contact.touching, _site_code(contact))

    def _take_packet(self) -> None:
        """One packet's samples; what happens to the chest piece in them comes between those before and after it."""
        assert self._hearing is not None  # noqa: S101  # `due_us` says so
        wanted = self._c.sim_packet_samples(self._link)
        pcm, touches = self._hearing.read(wanted)
        at, data = 0, pcm.astype("<i2", copy=False).tobytes()
        for touch in touches:
            edge = touch.sample - self._next_sample
            self._give(data[2 * at : 2 * edge], at)
            self._touch(touch)
            at = edge
        self._give(data[2 * at :], at)
        self._next_sample += len(pcm)
        self._forget()
        if len(pcm) < wanted:
            self._c.stetho_link_end(self._link, StopReason.ENDED)

    def _give(self, data: bytes, at: int) -> None:
        if data:
            taken_us = self._time_of_us(self._next_sample + at)
            self._c.stetho_link_samples(self._link, data, len(data) // 2, taken_us)

    def _touch(self, touch: Touch) -> None:
        self._c.stetho_link_contact(self._link, touch.touching, _site_code(touch))

    def _forget(self) -> None:
        self._c.sim_ring_forget(self._link, self._ring_samples)

    def _measure_battery(self, now_us: int) -> None:
        self._battery_due_us = now_us + _MINUTE_US
        spent = int(now_us / (_MINUTE_US * self.identity.minutes_per_percent))
        drained = max(self.identity.battery_percent - spent, 1)
        percent = drained if self._percent is None else self._percent
        self._c.stetho_link_battery(self._link, percent, False, 0)  # not charging; not measured


def _site_code(touch: Touch) -> SiteCode:
    return SiteCode[touch.site] if touch.site else SiteCode.UNKNOWN


def _ring_bytes(identity: Identity, rates_hz: tuple[int, ...]) -> int:
    """What a ring needs that holds as much as the identity promises, at any rate and codec."""
    promised, longest = identity.ring_samples(rates_hz), 0
    for rate_hz in rates_hz:
        for codec in identity.codecs:
            samples = max(1, min(rate_hz * round(1000 * identity.packet_s) // 1000, _MOST_SAMPLES[codec]))
            slots = -(-promised // samples) + 1  # one of them is being filled
            longest = max(longest, slots * (AUDIO_HEADER_BYTES + payload_bytes(codec, 1, samples)))
    return longest
