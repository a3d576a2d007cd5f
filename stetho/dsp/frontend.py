"""Any rate in, log-mel frames out: the decimator and the mel front end as one stage."""

from collections.abc import Iterable

from stetho.dsp.frames import Frames
from stetho.dsp.mel import LogMel
from stetho.dsp.resample import Decimator
from stetho.stream import Chunk, StreamSpec


class FrontEnd:
    """Stage: chunks of any rate from 2 kHz up (chest channel) to log-mel `Frames` in source samples.

    Bit-identical to `log_mel(to_2khz(samples, rate_hz))`. Above 2 kHz a frame comes 6 ms after its hop; at rates that
    2 kHz doesn't divide, positions are true to half a millisecond. A frame that holds a sample which is not finite is not
    finite either.
    """

    def __init__(self) -> None:
        self._decimator = Decimator()
        self._mel = LogMel()

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Prepares both parts; gives the spec that goes in, whose rate all positions keep. Raises ConfigError."""
        self._mel = LogMel(source_rate_hz=spec.rate_hz)
        self._mel.prepare(self._decimator.prepare(spec))
        return spec

    def process(self, item: Chunk) -> Iterable[Frames]:
        """Gives the frames that the chunk completed, if any."""
        return [frames for chunk in self._decimator.process(item) for frames in self._mel.process(chunk)]

    def flush(self) -> Iterable[Frames]:
        """Gives what the decimator still held, as far as it fills a hop."""
        return [frames for chunk in self._decimator.flush() for frames in self._mel.process(chunk)]

    def reset(self, reason: str) -> None:
        """Starts again from silence."""
        self._decimator.reset(reason)
        self._mel.reset(reason)
