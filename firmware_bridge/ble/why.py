"""What went wrong with a radio, in one sentence with the way out."""

import sys

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
)

from stetho.errors import ConnectionLostError, DeviceError, DeviceNotFoundError, DeviceUnavailableError

_Reason = BleakBluetoothNotAvailableReason
_DENIED = {_Reason.DENIED_BY_USER, _Reason.DENIED_BY_SYSTEM, _Reason.DENIED_BY_UNKNOWN}
_ABSENT = {_Reason.NO_BLUETOOTH, _Reason.NO_BLE_CENTRAL_ROLE}


def no_radio(error: Exception) -> DeviceError:
    """Why nothing can be looked for: the adapter is missing or off, or this program may not use it."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        if error.reason in _DENIED:
            return _denied()
        if error.reason is _Reason.POWERED_OFF:
            return _off()
        if error.reason in _ABSENT:
            return _absent()
    text = str(error)
    if "AccessDenied" in text or isinstance(error, PermissionError):
        return _denied()
    if "NotReady" in text or "powered off" in text.lower() or "turned off" in text.lower():
        return _off()
    if "InProgress" in text:
        return DeviceUnavailableError(
            "Another program looks for Bluetooth devices just now: wait until it has finished.", reason="busy"
        )
    if isinstance(error, FileNotFoundError | ConnectionRefusedError) or "ServiceUnknown" in text:
        return DeviceUnavailableError(
            "Bluetooth does not run on this machine: install and start it (on Debian and Ubuntu: "
            "sudo apt install bluez, then sudo systemctl start bluetooth), or use a cable.",
            reason="adapter",
        )
    return DeviceUnavailableError(
        f"Bluetooth can't be used here ({_words(error)}): switch it off and on again in the system's settings.",
        reason="adapter",
    )


def no_link(address: str, error: Exception) -> DeviceError:
    """Why a device that was seen can't be had."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return no_radio(error)
    if isinstance(error, BleakDeviceNotFoundError):
        return gone(address)
    text = str(error)
    if isinstance(error, BleakDBusError) and "AccessDenied" in text:
        return _denied()
    if any(word in text.lower() for word in ("authentication", "encryption", "notpermitted", "not paired")):
        return DeviceUnavailableError(
            f"{address} wants to be paired first: pair it in the system's Bluetooth settings, then try again.",
            reason="permission",
        )
    return ConnectionLostError(
        f"The link to {address} broke while it was made ({_words(error)}): bring the device closer and try again."
    )


def gone(address: str) -> DeviceNotFoundError:
    """Nobody of that address is to be heard."""
    return DeviceNotFoundError(
        f"{address} is not to be heard: switch it on, bring it closer, and make sure that no other program or phone "
        "is connected to it."
    )


def _denied() -> DeviceUnavailableError:
    if sys.platform == "darwin":
        way = "allow your terminal under System Settings, Privacy & Security, Bluetooth"
    else:
        way = "add your user to the group bluetooth and log in again (sudo usermod -aG bluetooth $USER)"
    return DeviceUnavailableError(f"This program may not use Bluetooth: {way}.", reason="permission")


def _off() -> DeviceUnavailableError:
    way = " (or: bluetoothctl power on)" if sys.platform == "linux" else ""
    return DeviceUnavailableError(
        f"Bluetooth is switched off: switch it on in the system's settings{way}.", reason="adapter"
    )


def _absent() -> DeviceUnavailableError:
    return DeviceUnavailableError(
        "This machine has no Bluetooth LE adapter: plug one in, or use a cable.", reason="adapter"
    )


def _words(error: Exception) -> str:
    """One line of an error's own words; some have none."""
    return " ".join(str(error).split())[:120] or type(error).__name__
