"""Runs every kernel and the network once before a device is told to start, so that the first sample meets no compiler."""

import numpy as np

from stetho.dsp.filters import BandPass
from stetho.dsp.frontend import FrontEnd
from stetho.heart.online.listener import BeatListener
from stetho.heart.online.tracker import BeatsModel
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import TakeAnalysis
from stetho.stage import run
from stetho.stream import Chunk, StreamSpec, read_only


def warm_up(spec: StreamSpec, model: MurmurModel, beats: BeatsModel | None = None) -> None:
    """Takes a few seconds after an installation or an update, when the kernels are compiled once and kept."""
    length_s = model.manifest.window.length_s + 1
    silence = read_only(np.zeros((len(spec.channels), length_s * spec.rate_hz), np.float32))
    chunk = Chunk(silence, spec, 0, 0)
    display = BandPass()
    display.prepare(spec)
    for _ in run(display, (chunk,)):
        pass
    analysis = TakeAnalysis(model, spec, 0)
    for _ in (*analysis.process(chunk), *analysis.finish()):
        pass
    analysis.summary()
    if beats is not None:
        listener, front_end = BeatListener(beats), FrontEnd()
        listener.prepare(front_end.prepare(spec))
        for frames in front_end.process(chunk):
            for _ in listener.process(frames):
                pass
