"""The sound inputs of this computer, by PortAudio. The only file that imports sounddevice."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from firmware_bridge.audio_blocks import BlockCallback
from firmware_bridge.audio_inputs import AudioInput, chosen
from stetho.errors import ConfigError, DeviceUnavailableError
from stetho.extras import require

_BLOCKS_A_SECOND = 50


class AudioSystem:
    """PortAudio, once it has looked at what is plugged in; it looks once a program.

    Raises ConfigError without sounddevice, DeviceUnavailableError without PortAudio or where that fails.
    """

    def __init__(self) -> None:
        self._library = _library()

    def inputs(self) -> list[AudioInput]:
        """All of them, in PortAudio's order."""
        apis = [str(api["name"]) for api in self._library.query_hostapis()]
        return [
            AudioInput(index, d["name"], apis[d["hostapi"]], d["max_input_channels"], round(d["default_samplerate"]))
            for index, d in enumerate(self._library.query_devices())
            if d["max_input_channels"] > 0
        ]

    def find(self, wanted: str) -> AudioInput:
        """As `chosen` says it."""
        return chosen(self.inputs(), self._library.default.device[0], wanted)

    def open(self, of: AudioInput, rate_hz: int, callback: BlockCallback, ended: Callable[[], None]) -> "AudioLine":
        """Opens an input for all channels up to the callback's. `ended` is called, on any thread, when it stops.

        Raises DeviceUnavailableError where it can't be had, or not at that rate.
        """
        try:
            stream = self._library.InputStream(
                device=of.index,
                samplerate=rate_hz,
                blocksize=max(1, rate_hz // _BLOCKS_A_SECOND),
                channels=callback.channels,
                dtype="int16",
                latency="low",
                callback=callback,
                finished_callback=ended,
            )
        except (self._library.PortAudioError, ValueError) as error:
            raise why(of, rate_hz, error) from error
        return AudioLine(stream, of, self._library.PortAudioError)


class AudioLine:
    """An open input. Both methods may wait for the sound system: call them beside the event loop."""

    def __init__(self, stream: Any, of: AudioInput, failure: type[Exception]) -> None:
        self._stream, self._of, self._failure = stream, of, failure

    def start(self) -> None:
        """Blocks come from now on. Raises DeviceUnavailableError."""
        try:
            self._stream.start()
        except self._failure as error:
            raise why(self._of, round(self._stream.samplerate), error) from error

    def close(self) -> None:
        """Stops and lets go; can be called twice."""
        self._stream.close(ignore_errors=True)


def _library() -> ModuleType:
    try:
        return require("sounddevice", "audio")
    except ConfigError:
        raise
    except OSError as error:  # sounddevice is there, the library that it calls is not
        raise DeviceUnavailableError(
            "Sound inputs need the library PortAudio, which is not here (on Debian and Ubuntu: "
            "sudo apt install libportaudio2).",
            reason="adapter",
        ) from error
    except Exception as error:  # sounddevice has no class of its own for it before it is loaded
        raise DeviceUnavailableError(
            f"PortAudio finds no way to this computer's sound ({error}): is its sound system running?",
            reason="adapter",
        ) from error


def why(of: AudioInput, rate_hz: int, error: Exception) -> DeviceUnavailableError:
    text = str(error)
    if "sample rate" in text.lower():
        return DeviceUnavailableError(
            f"{of.name} does not sample at {rate_hz} Hz: leave rate_hz= out of the address to take {of.rate_hz} Hz.",
            reason="protocol",
        )
    words = text.partition("[")[0].removeprefix("Error opening InputStream: ").strip()
    return DeviceUnavailableError(
        f"{of.name} can't be opened ({words}): close other programs that record, "
        "and allow this one the microphone in the system's privacy settings.",
        reason="busy",
    )
