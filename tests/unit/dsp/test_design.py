import numpy as np
import pytest

from stetho.dsp.design import butter_bandpass, butter_highpass, steady_state
from stetho.errors import ConfigError

signal = pytest.importorskip("scipy.signal", reason="scipy is not installed (extra lab)")

CASES = [(4, 25, 400, 4000), (4, 25, 400, 2000), (1, 50, 60, 4000), (3, 20, 900, 2000), (4, 25, 400, 48000)]
WIDE = (2, 1, 990, 2000)  # wide enough for real poles


@pytest.mark.parametrize(("order", "low_hz", "high_hz", "rate_hz"), [*CASES, WIDE])
def test_the_filter_is_scipys(order, low_hz, high_hz, rate_hz):
    ours = butter_bandpass(order, low_hz, high_hz, rate_hz)
    theirs = signal.butter(order, (low_hz, high_hz), "bandpass", output="sos", fs=rate_hz)
    assert ours.shape == (order, 6)
    frequencies = np.linspace(0, rate_hz / 2, 2001)
    _, a = signal.freqz_sos(ours, frequencies, fs=rate_hz)
    _, b = signal.freqz_sos(theirs, frequencies, fs=rate_hz)
    assert np.abs(a - b).max() < 1e-10


@pytest.mark.parametrize(("order", "low_hz", "high_hz", "rate_hz"), CASES)
def test_poles_are_scipys(order, low_hz, high_hz, rate_hz):
    ours = np.concatenate([np.roots(section[3:]) for section in butter_bandpass(order, low_hz, high_hz, rate_hz)])
    _, theirs, _ = signal.butter(order, (low_hz, high_hz), "bandpass", output="zpk", fs=rate_hz)
    assert np.abs(np.sort_complex(ours) - np.sort_complex(theirs)).max() < 1e-10


def test_steady_state_is_scipys():
    sections = butter_bandpass(4, 25, 400, 4000)
    np.testing.assert_allclose(steady_state(sections), signal.sosfilt_zi(sections), atol=1e-12)


@pytest.mark.parametrize("band", [(0, 400), (400, 25), (25, 2000), (-1, 5)])
def test_a_band_that_does_not_fit_is_refused(band):
    with pytest.raises(ConfigError, match="choose edges"):
        butter_bandpass(4, *band, 4000)


@pytest.mark.parametrize(("order", "low_hz", "rate_hz"), [(2, 20, 2000), (2, 100, 1000), (4, 50, 4000), (6, 300, 8000)])
def test_the_high_pass_is_scipys(order, low_hz, rate_hz):
    ours = butter_highpass(order, low_hz, rate_hz)
    theirs = signal.butter(order, low_hz, "highpass", output="sos", fs=rate_hz)
    frequencies = np.linspace(0, rate_hz / 2, 2001)
    _, a = signal.freqz_sos(ours, frequencies, fs=rate_hz)
    _, b = signal.freqz_sos(theirs, frequencies, fs=rate_hz)
    assert np.abs(a - b).max() < 1e-10


@pytest.mark.parametrize(("order", "low_hz"), [(2, 0), (2, 2000), (3, 20), (0, 20)])
def test_a_high_pass_that_can_t_be_is_refused(order, low_hz):
    with pytest.raises(ConfigError, match="choose an even order"):
        butter_highpass(order, low_hz, 4000)
