"""The whole error tree, on one page.

Every error that reaches a user is one of these. `str(error)` is one sentence that says what to do; `exit_code` is
what a command ends with (docs: "Exit codes"). Losses, CRC failures and bad quality are counters and flags, never
exceptions.
"""

from typing import ClassVar


class StethoError(Exception):
    """Anything that stetho says went wrong. Caught once, in the command line, and printed without a traceback."""

    exit_code: ClassVar[int] = 1


class ConfigError(StethoError, ValueError):
    """A flag, address, setting or missing extra: met when a command is called with what it can't use."""

    exit_code = 2


class InputError(StethoError, ValueError):
    """A recording or a manifest that can't be used: no audio, empty, cut, a missing file, a wrong column."""

    exit_code = 2


class DeviceError(StethoError):
    """A device that can't be found, opened, understood or kept."""

    exit_code = 3


class DeviceNotFoundError(DeviceError):
    """No device answers at that address: unplugged, switched off, out of range, or the address is wrong."""


class DeviceUnavailableError(DeviceError):
    """The device is there and can't be had: no permission, held by another program, adapter off.

    `reason` is one word for programs (`permission`, `busy`, `protocol`, `adapter`); the message is for people.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class UnsupportedFirmwareError(DeviceError):
    """The device speaks another protocol, or a later version of ours: met on connecting, before any sample."""


class ConnectionLostError(DeviceError, ConnectionError):
    """The link went away in mid-stream and did not come back in the time allowed."""

    exit_code = 4


class DeviceTimeoutError(DeviceError, TimeoutError):
    """The device is connected and does not answer in time."""

    exit_code = 4


class ArtifactError(StethoError):
    """A model or calibration that is damaged, missing, of another version or not the one that was pinned."""

    exit_code = 7


class ModelError(ArtifactError):
    """The murmur model was refused: met on loading it, before any sample is scored."""


class CalibrationError(ArtifactError):
    """A calibration was refused: wrong serial number, altered, expired or not readable."""


class OverrunError(StethoError):
    """A lossless hand-off is full: the consumer (a disk, say) is too slow, and going on would lose samples."""

    exit_code = 8


class RecordError(StethoError):
    """A recording could not be written, finished or found: disk full, read-only folder, file in use."""

    exit_code = 8


class ExportError(StethoError):
    """A result could not be written or sent where it was asked for."""

    exit_code = 8
