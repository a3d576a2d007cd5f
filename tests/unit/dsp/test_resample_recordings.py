import numpy as np
import pytest
import soundfile

from stetho.dsp.mel import log_mel
from stetho.dsp.resample import to_2khz

pytestmark = pytest.mark.slow


def test_recordings_at_4khz_equal_their_stored_2khz_copies(data_folder):
    natives = sorted((data_folder / "pcg" / "native4k" / "circor").glob("*.flac"))
    assert len(natives) == 54
    compared = 0
    for path in natives:
        native, rate_hz = soundfile.read(path, dtype="float32")
        stored, _ = soundfile.read(data_folder / "pcg" / "audio" / "circor" / path.name, dtype="float32")
        ours = to_2khz(native, rate_hz)
        assert abs(ours.size - stored.size) <= 1
        if np.mean(np.abs(stored) > 0.999) > 0.01:
            continue  # the copy was cut off at full scale, and differs for that reason
        frames = min(ours.size, stored.size) // 40
        difference = np.abs(log_mel(ours)[:, :frames] - log_mel(stored)[:, :frames])
        assert difference.mean() < 0.01
        assert np.quantile(difference, 0.99) < 0.1
        compared += 1
    assert compared >= 50
