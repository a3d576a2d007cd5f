"""The real PortAudio, through sounddevice, on an ALSA device that is a file: from the driver's buffer to our samples."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

NO_PORTAUDIO = "this system has no PortAudio"
NO_ALSA = "this system's PortAudio does not look at ALSA"
RATE_HZ = 48_000
SOUND = np.random.default_rng(6).integers(-20_000, 20_000, 20 * RATE_HZ).astype("<i2")

# ALSA's own file device: reads what a card would have sampled, as fast as it is asked for.
ASOUNDRC = """
pcm.stetho_test {{ type plug slave {{ pcm "stetho_test_file" rate 48000 format S16_LE channels 1 }} }}
pcm.stetho_test_file {{ type file slave.pcm "null" file "/dev/null" infile "{sound}" format "raw" }}
"""

READ = """
import asyncio, json, sys
import numpy as np
from stetho.source import LinkChange, open_uri
from stetho.stream import Chunk

async def main():
    source, got, holes, states = open_uri(sys.argv[1]), [], [], []
    def archive(chunk, lost):
        got.append(chunk)
        holes.extend([hole.span.start, hole.span.stop] for hole in lost)
    info = await source.open()
    heard = 0
    async for item in source.stream(archive):
        if isinstance(item, LinkChange):
            states.append(item.state.value)
        elif isinstance(item, Chunk):
            heard += len(item)
            if heard > 48_000:
                await source.close()
    await source.close()
    np.savez(sys.argv[2], starts=[c.start for c in got], samples=np.concatenate([c.chest for c in got]))
    print(json.dumps({"product": info.product, "api": info.hardware, "states": states, "holes": holes,
                      "lengths": [len(c) for c in got], "received": source.statistics().samples_received}))

asyncio.run(main())
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose sound card is a file."""
    try:
        importlib.import_module("sounddevice")
    except OSError:
        pytest.skip(NO_PORTAUDIO)
    sound = tmp_path / "sound.raw"
    SOUND.tofile(sound)
    (tmp_path / ".asoundrc").write_text(ASOUNDRC.format(sound=sound), encoding="utf-8")
    environment = {**os.environ, "HOME": str(tmp_path)}
    listed = _run(["-m", "stetho", "devices", "--json"], environment).stdout
    if "audio://stetho_test" not in listed:
        pytest.skip(NO_ALSA)
    return environment


def _run(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.slow
def test_what_the_card_sampled_is_what_we_have_and_what_is_missing_is_named(
    home: dict[str, str], tmp_path: Path
) -> None:
    said = _run(["-c", READ, f"audio://stetho_test?rate_hz={RATE_HZ}", str(tmp_path / "got.npz")], home)
    assert said.returncode == 0, said.stderr
    told = json.loads(said.stdout)
    assert (told["product"], told["states"]) == ("stetho_test", ["streaming", "ended"])
    assert "ALSA" in told["api"]
    with np.load(tmp_path / "got.npz") as got:
        samples, starts = got["samples"], got["starts"]
    stops = starts + np.array(told["lengths"])
    assert starts[0] == 0
    assert np.array_equal(starts[1:], stops[:-1]), "the archive has every index once"
    of_file = min(samples.size, SOUND.size)  # what ALSA reads after the file's end is not looked at
    expected = SOUND[:of_file].astype(np.float32) / np.float32(32768)
    known = np.ones(samples.size, bool)
    for start, stop in told["holes"]:
        known[start:stop] = False
    assert known.sum() == told["received"]
    known = known[:of_file]
    assert known.sum() > RATE_HZ
    assert np.array_equal(samples[:of_file][known], expected[known])


@pytest.mark.slow
def test_devices_info_and_doctor_know_it_and_a_wrong_rate_is_one_sentence(home: dict[str, str]) -> None:
    info = json.loads(_run(["-m", "stetho", "info", "audio://stetho_test", "--json"], home).stdout)
    assert (info["driver"], info["origin"], info["calibration_id"]) == ("audio_input", "device", None)
    findings = map(json.loads, _run(["-m", "stetho", "doctor", "--json"], home).stdout.splitlines())
    (audio,) = [finding for finding in findings if finding["check"] == "audio"]
    assert "stetho_test" in audio["detail"]
    nobody = _run(["-m", "stetho", "info", "audio://violin"], home)
    assert (nobody.returncode, nobody.stdout) == (3, "")
    assert "There is no sound input 'violin'" in nobody.stderr
