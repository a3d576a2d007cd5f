"""A peer at work in its own process: given a recording, it says what it found and how long that took it."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from stetho.bench.peers.environment import Environment
from stetho.errors import ConfigError
from stetho.stream import Samples

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a recording. Times in seconds; one that doesn't tell S1 from S2 has both in `sounds_s` alone."""

    took_s: float
    s1_s: tuple[float, ...]
    s2_s: tuple[float, ...]
    sounds_s: tuple[float, ...]
    bpm: float | None


class Peer:
    """A library that answers, line by line, from a process of its own."""

    def __init__(self, environment: Environment, to: IO[str], answers: IO[str]) -> None:
        self._environment, self._to, self._answers = environment, to, answers

    def segment(self, samples: Samples, rate_hz: int) -> Found:
        """Its beats of a recording, float32 (n,) in full scale; the time is what the peer itself measures, without pipes.

        Raises ConfigError where it does not answer.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "recording.npy"
            np.save(path, samples.astype(np.float64))
            try:
                print(json.dumps({"path": str(path), "rate_hz": rate_hz}), file=self._to, flush=True)
            except BrokenPipeError:
                answer = ""
            else:
                answer = self._answers.readline()
        if not answer:
            raise ConfigError(f"not measured: {self._environment.name} does not run in its environment here")
        said = json.loads(answer)
        s1_s, s2_s, sounds_s = (tuple(said[key]) for key in ("s1_s", "s2_s", "sounds_s"))
        return Found(said["took_s"], s1_s, s2_s, sounds_s, said["bpm"])


@contextmanager
def running(environment: Environment) -> Iterator[Peer]:
    """The peer while the block lasts, on one thread as we are. Raises ConfigError where it is not installed."""
    environment.require()
    command = [str(environment.python), "-I", str(Path(__file__).with_name(environment.script))]
    with subprocess.Popen(  # noqa: S603  # our own script, in an interpreter that we made
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **_ONE_THREAD, "MPLBACKEND": "Agg"},
    ) as process:
        assert process.stdin is not None  # noqa: S101  # asked for above
        assert process.stdout is not None  # noqa: S101  # the same
        try:
            yield Peer(environment, process.stdin, process.stdout)
        finally:
            process.kill()
