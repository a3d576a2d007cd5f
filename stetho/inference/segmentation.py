"""S1, systole, S2 and diastole of a whole recording: front end, network and Viterbi, without quality or verdict."""

from stetho.dsp.frontend import FrontEnd
from stetho.heart.beats import Segment, segments
from stetho.inference.session import MurmurModel
from stetho.inference.states import StateTrack
from stetho.inference.windows import Windows
from stetho.stage import run
from stetho.stream import Chunk


def segment(recording: Chunk, model: MurmurModel) -> list[Segment]:
    """The segments of an unbroken recording of 5 s or more, in seconds; the same as an analysis of it finds.

    It says nothing of whether there is a heart at all: that is the quality gate's to say. Raises ConfigError below 2 kHz.
    """
    windowing = model.manifest.window
    front_end, windows = FrontEnd(), Windows(windowing, recording.start)
    windows.prepare(front_end.prepare(recording.spec))
    track = StateTrack(windowing)
    for frames in run(front_end, (recording,)):
        for window in windows.process(frames):
            track.add(window.index, model.score(window.log_mel).states)
    frame_s = windowing.length_s / windowing.state_frames
    return [
        found
        for unbroken in track.runs()
        for found in segments(unbroken.logits, model.manifest.durations, unbroken.start * frame_s, frame_s)
    ]
