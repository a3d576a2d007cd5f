"""A sound input as a source: the callback that PortAudio calls, driven here with blocks, times and flags of a card."""

import asyncio
import re
import time
from types import SimpleNamespace

import numpy as np
import pytest

from firmware_bridge.audio import AudioSystem, why
from firmware_bridge.audio_blocks import BlockCallback
from firmware_bridge.audio_inputs import AudioInput, address_for, chosen
from firmware_bridge.audio_source import AudioSource, open_audio
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError, ConnectionLostError, DeviceNotFoundError, DeviceUnavailableError
from stetho.handoff import DropOldest
from stetho.source import HoleFate, LinkChange, LinkState
from stetho.stream import Chunk, Origin, Span

RATE_HZ = 8000
BLOCK = 160
LINE_IN = AudioInput(3, "Line In", "ALSA", 2, RATE_HZ)
CLEAN, OVERFLOW = SimpleNamespace(input_overflow=False), SimpleNamespace(input_overflow=True)


class Card:
    """A sound card of a few lines: time is its own, and it calls the callback as PortAudio does.

    now_ns: its clock and the program's; s of PortAudio's stream clock count from another zero. latency_s: how long after
    its first sample was taken a block comes.
    """

    def __init__(self, *inputs: AudioInput, latency_s: float = BLOCK / RATE_HZ) -> None:
        self.inputs, self.latency_s = list(inputs) or [LINE_IN], latency_s
        self.now_ns, self.closed = 5_000_000_000, 0
        self.says_when = True

    def monotonic_ns(self) -> int:
        return self.now_ns

    def find(self, wanted):
        return chosen(self.inputs, 3, wanted)

    def open(self, of, rate_hz, callback, ended):
        self.callback, self.ended = callback, ended
        return self

    def start(self):
        pass

    def close(self):
        self.closed += 1

    def block(self, pcm, flags=CLEAN, late_s=0.0):
        """Time passes for a block and `late_s` more; then it comes."""
        self.now_ns += int((pcm.shape[0] / RATE_HZ + late_s) * 1e9)
        now_s = self.now_ns / 1e9 - 3
        adc_s = now_s - self.latency_s if self.says_when else 0.0
        times = SimpleNamespace(inputBufferAdcTime=adc_s, currentTime=now_s)
        buffer = pcm.copy()
        self.callback(buffer, pcm.shape[0], times, flags)
        buffer[:] = 99  # PortAudio's memory, for the next block


def sound(samples, seed=1, channels=2):
    return np.random.default_rng(seed).integers(-20_000, 20_000, (samples, channels)).astype(np.int16)


async def heard(card, play, address="audio://", end="close"):
    """Opens the source, lets `play(card)` play, ends it; the items, and what the archive got."""
    source = AudioSource(DeviceUri.parse(address), lambda: card, card)
    archived = []
    info = await source.open()
    stream = source.stream(lambda chunk, holes: archived.append((chunk, holes)))
    items = [await anext(stream)]
    reader = asyncio.create_task(_rest(stream, items))
    await asyncio.to_thread(play, card)  # PortAudio calls from a thread of its own
    try:
        if end == "unplug":
            await asyncio.to_thread(card.ended)
        else:
            await asyncio.sleep(0.06)
            await source.close()
        await reader
    finally:
        await source.close()
    return SimpleNamespace(
        info=info,
        items=items,
        archived=archived,
        chunks=[item for item in items if isinstance(item, Chunk)],
        links=[item for item in items if isinstance(item, LinkChange)],
        statistics=source.statistics(),
    )


async def _rest(stream, items):
    async for item in stream:
        items.append(item)


def plays(pcm, flagged=(), late_s=0.0, lose=0):
    """Plays in blocks; before each block in `flagged` the card throws `lose` samples away, and comes later by them."""

    def play(card):
        for number, start in enumerate(range(0, len(pcm), BLOCK)):
            if number in flagged:
                time.sleep(0.05)  # what came before is heard before the card's clock goes on
                card.block(pcm[start : start + BLOCK], OVERFLOW, late_s + lose / RATE_HZ)
            else:
                card.block(pcm[start : start + BLOCK])

    return play


def whole(archived):
    stop = archived[-1][0].stop
    got = np.full(stop, np.nan, np.float32)
    for chunk, _ in archived:
        got[chunk.start : chunk.stop] = chunk.chest
    return got


async def test_every_sample_of_the_chosen_channel_comes_once_exactly_and_both_sides_get_it():
    pcm = sound(RATE_HZ)
    got = await heard(Card(), plays(pcm), "audio://line?channel=2")
    expected = pcm[:, 1].astype(np.float32) / np.float32(32768)
    assert np.array_equal(whole(got.archived), expected)
    assert np.array_equal(np.concatenate([chunk.chest for chunk in got.chunks]), expected)
    assert [link.state for link in got.links] == [LinkState.STREAMING, LinkState.ENDED]
    assert got.statistics.samples_lost == 0


async def test_it_says_that_it_is_a_sound_input_of_which_nobody_knows_the_response():
    got = await heard(Card(), plays(sound(BLOCK)))
    assert (got.info.driver, got.info.origin, got.info.calibration_id) == ("audio_input", Origin.DEVICE, None)
    assert (got.info.product, got.info.rate_hz, got.info.codec) == ("Line In", RATE_HZ, "pcm16")
    assert "frequency response not known" in got.info.hardware


async def test_its_results_say_that_the_device_was_not_validated_and_is_not_calibrated(own_model):
    from stetho.analysis import applicability
    from stetho.inference.models import shipped_model

    source = AudioSource(DeviceUri.parse("audio://"), Card)
    await source.open()
    await source.close()
    assert {"device_not_validated", "not_calibrated"} <= set(applicability(source.spec(), shipped_model()))


@pytest.mark.parametrize("lose", [1, 37, 300, 480])
async def test_what_portaudio_says_it_discarded_is_concealed_where_it_is_short_with_its_size(lose):
    pcm = sound(RATE_HZ)
    got = await heard(Card(), plays(pcm, flagged={20}, lose=lose))
    at = 20 * BLOCK
    holes = [hole for _, holes in got.archived for hole in holes]
    (hole,) = holes
    assert hole.fate is not HoleFate.RESENT
    assert hole.span.start == at
    assert abs(len(hole.span) - lose) <= 1
    concealed = [span for chunk in got.chunks for span in chunk.concealed]
    assert [len(span) for span in concealed] == [len(hole.span)]
    received = whole(got.archived)
    rest = pcm[at:, 0].astype(np.float32) / np.float32(32768)
    assert np.array_equal(received[hole.span.stop :], rest)
    assert (got.statistics.overflows, got.statistics.samples_overflowed) == (1, len(hole.span))


async def test_a_long_loss_is_a_gap_of_its_size():
    got = await heard(Card(), plays(sound(RATE_HZ), flagged={20}, lose=2 * RATE_HZ))
    jumps = [b.start - a.stop for a, b in zip(got.chunks, got.chunks[1:], strict=False) if b.start != a.stop]
    assert len(jumps) == 1
    assert abs(jumps[0] - 2 * RATE_HZ) <= 1
    assert got.statistics.samples_lost == jumps[0]


async def test_an_overflow_of_which_the_clock_shows_nothing_is_marked_all_the_same():
    got = await heard(Card(), plays(sound(RATE_HZ), flagged={5, 9}))
    holes = [hole for _, holes in got.archived for hole in holes]
    assert [len(hole.span) for hole in holes] == [1, 1]


async def test_the_flag_on_the_very_first_block_is_no_loss_of_the_stream():
    got = await heard(Card(), plays(sound(4 * BLOCK), flagged={0}))
    assert (got.statistics.overflows, got.chunks[0].start) == (0, 0)


async def test_a_loss_of_which_nobody_says_anything_shows_in_the_clock():
    def play(card):
        pcm = sound(40 * BLOCK)
        for start in range(0, len(pcm), BLOCK):
            card.block(pcm[start : start + BLOCK], late_s=0.7 if start == 20 * BLOCK else 0.0)

    got = await heard(Card(), play)
    assert abs(got.statistics.samples_lost - 0.7 * RATE_HZ) <= 1


async def test_blocks_that_come_late_together_are_no_loss():
    """A busy computer: the callback is late and catches up; PortAudio's own times say that nothing is missing."""

    def play(card):
        pcm = sound(60 * BLOCK)
        for number, start in enumerate(range(0, len(pcm), BLOCK)):
            busy = 20 <= number < 30
            card.latency_s = BLOCK / RATE_HZ + ((30 - number) * 0.02 if busy else 0.0)
            card.block(pcm[start : start + BLOCK])

    got = await heard(Card(), play)
    assert (got.statistics.samples_lost, got.statistics.overflows) == (0, 0)


@pytest.mark.parametrize("says_when", [True, False])
async def test_capture_times_are_even_and_never_after_the_arrival(says_when):
    card, arrivals = Card(latency_s=0.05), []
    card.says_when = says_when

    def play(card):
        pcm = sound(50 * BLOCK)
        for start in range(0, len(pcm), BLOCK):
            card.block(pcm[start : start + BLOCK])
            arrivals.append(card.now_ns)

    got = await heard(card, play)
    steps = np.diff([chunk.t0_ns for chunk, _ in got.archived])
    assert np.all(np.abs(steps - 1e9 * BLOCK / RATE_HZ) < 2000)
    latency_ns = 50_000_000 if says_when else 20_000_000
    for (chunk, _), arrived_ns in zip(got.archived, arrivals, strict=True):
        assert abs(arrived_ns - latency_ns - chunk.t0_ns) < 2000


async def test_unplugged_it_ends_with_a_plain_sentence_after_its_last_sample():
    card, pcm = Card(), sound(10 * BLOCK)
    with pytest.raises(ConnectionLostError, match=r"the sound input went away.*plugged in") as error:
        await heard(card, plays(pcm), end="unplug")
    assert error.value.exit_code == 4
    assert card.closed == 1


async def test_an_input_that_brings_nothing_any_more_is_stalled_and_then_lost():
    card = Card()
    source = AudioSource(DeviceUri.parse("audio://"), lambda: card, card)
    await source.open()
    states = []

    async def read():
        async for item in source.stream():
            states.append(item.state)

    reader = asyncio.create_task(read())
    try:
        while not reader.done():
            card.now_ns += 100_000_000
            await asyncio.sleep(0.03)
        with pytest.raises(ConnectionLostError, match="brings nothing any more"):
            await reader
    finally:
        await source.close()
    assert states == [LinkState.STREAMING, LinkState.STALLED, LinkState.LOST]


def test_the_callback_never_waits_and_never_raises_for_a_listener_that_takes_nothing():
    card = Card()
    blocks: DropOldest = DropOldest(4)
    card.callback = BlockCallback(RATE_HZ, 0, blocks, card)
    for _ in range(10):
        card.block(sound(BLOCK))
    assert [blocks.get_nowait().first for _ in range(4)] == [6 * BLOCK, 7 * BLOCK, 8 * BLOCK, 9 * BLOCK]


async def test_what_our_own_queue_dropped_is_a_hole_of_its_exact_size():
    from firmware_bridge.audio_intake import AudioIntake
    from stetho.stream import StreamSpec

    card, items, blocks = Card(), [], DropOldest(2)
    card.callback = BlockCallback(RATE_HZ, 0, blocks, card)
    intake = AudioIntake(StreamSpec(RATE_HZ, Origin.DEVICE), None, items.append)
    intake.begin(card.now_ns)
    for number in range(9):
        card.block(sound(BLOCK))
        if number != 5:
            continue
        while (block := blocks.get_nowait()) is not None:
            intake.block(block, card.now_ns)
    while (block := blocks.get_nowait()) is not None:
        intake.block(block, card.now_ns)
    intake.close(LinkState.ENDED, card.now_ns, "")
    assert next(Span(c.start, c.stop) for c in items if isinstance(c, Chunk)) == Span(4 * BLOCK, 5 * BLOCK)
    assert intake.statistics().samples_lost == 5 * BLOCK


TWINS = [AudioInput(0, "USB", "MME", 1, 44_100), AudioInput(1, "USB", "WASAPI", 1, 48_000), LINE_IN]


@pytest.mark.parametrize(("wanted", "index"), [("line in", 3), ("LINE", 3), ("1", 1), ("3", 3)])
def test_an_input_is_found_by_number_name_or_part_of_it(wanted, index):
    assert Card(*TWINS).find(wanted).index == index


@pytest.mark.parametrize(
    ("wanted", "error", "sentence"),
    [
        ("usb", ConfigError, "audio://0 .USB, MME., audio://1"),
        ("violin", DeviceNotFoundError, "no sound input 'violin'"),
        ("7", DeviceNotFoundError, "no sound input '7'"),
    ],
)
def test_an_input_that_is_not_there_or_not_one_is_said_so(wanted, error, sentence):
    with pytest.raises(error, match=sentence):
        Card(*TWINS).find(wanted)


def test_an_address_leads_back_to_its_input():
    card = Card(*TWINS, AudioInput(4, "Stetho/scope: (hw:1,0) #2?", "ALSA", 1, 48_000))
    addresses = [address_for(one, card.inputs) for one in card.inputs]
    assert addresses[:3] == ["audio://0", "audio://1", "audio://Line%20In"]
    from urllib.parse import unquote

    for address, one in zip(addresses, card.inputs, strict=True):
        assert card.find(unquote(DeviceUri.parse(address).target)) == one


@pytest.mark.parametrize(
    "address", ["audio://?rate_hz=10", "audio://?channel=0", "audio://?rate=4000", "audio://?channel=x"]
)
def test_a_wrong_address_is_one_sentence(address):
    with pytest.raises(ConfigError):
        open_audio(DeviceUri.parse(address))


async def test_a_channel_that_the_input_lacks_is_one_sentence():
    card = Card()
    source = AudioSource(DeviceUri.parse("audio://?channel=3"), lambda: card)
    with pytest.raises(ConfigError, match="has 2 channels"):
        await source.open()
    await source.close()


@pytest.mark.parametrize(
    ("failure", "error", "code", "sentence"),
    [
        (ModuleNotFoundError("sounddevice"), ConfigError, 2, r"pip install 'stetho\[audio\]'"),
        (OSError("PortAudio library not found"), DeviceUnavailableError, 3, "PortAudio, which is not here"),
        (RuntimeError("Error initializing"), DeviceUnavailableError, 3, "finds no way"),
    ],
)
def test_without_the_libraries_it_is_a_plain_sentence_and_doctor_explains(monkeypatch, failure, error, code, sentence):
    from firmware_bridge.checks import checks

    def importing(name):
        raise failure

    monkeypatch.setattr("stetho.extras.import_module", importing)
    with pytest.raises(error, match=sentence) as raised:
        AudioSystem()
    assert raised.value.exit_code == code
    (found,) = [finding for finding in checks() if finding.check == "audio"]
    assert found.ok
    assert "Only for audio://" in str(found.advice)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Error opening InputStream: Invalid sample rate [PaErrorCode -9997]", "does not sample at 4000 Hz.* 8000 Hz"),
        (
            "Error opening InputStream: Device unavailable [PaErrorCode -9985]",
            r"can't be opened \(Device unavailable\)",
        ),
    ],
)
def test_why_an_input_can_t_be_had_is_said_with_the_way_out(said, sentence):
    assert re.search(sentence, str(why(LINE_IN, 4000, Exception(said))))
