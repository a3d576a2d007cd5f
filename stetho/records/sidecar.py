"""What lies beside a recording: who made it, how, when, and what was lost on the way."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stetho.durable import make_durable
from stetho.records.loss_ledger import LossLedger
from stetho.source import DeviceInfo, HoleFate
from stetho.stream import StreamSpec

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class MeasuredRate:
    """The sample rate against the host's clock, and over how many seconds it was measured; short is inexact."""

    rate_hz: float
    over_s: float


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The facts of one recording; `samples` counts lost ones too, `audio_sha256` is the audio file's.

    cut_off: the program or the machine died while it recorded; up to the last second of what came is missing at the end.
    site: where it was taken, which the user's word decides; device_site: what the device said, where it said any.
    """

    recording: str
    audio_sha256: str
    device: DeviceInfo
    spec: StreamSpec
    samples: int
    started: datetime
    measured: MeasuredRate | None
    site: str | None
    ledger: LossLedger
    cut_off: bool = False
    device_site: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's object (docs/schemas/recording.schema.json)."""
        device = self.device
        return {
            "recording": self.recording,
            "audio_sha256": self.audio_sha256,
            "device": {"product": device.product, "driver": device.driver, "hardware": device.hardware},
            "firmware": device.firmware,
            "serial_number": device.serial_number,
            "calibration": {"id": device.calibration_id, "date": None},
            "codec": device.codec,
            "channels": list(self.spec.channels),
            "sample_rate_hz": self.spec.rate_hz,
            "sample_rate_measured_hz": None if self.measured is None else round(self.measured.rate_hz, 3),
            "sample_rate_measured_over_s": None if self.measured is None else round(self.measured.over_s, 1),
            "started_utc": self.started.astimezone(UTC).isoformat(timespec="milliseconds"),
            "duration_s": round(self.spec.seconds(self.samples), 3),
            "samples": self.samples,
            "site": self.site,
            "device_site": self.device_site,
            "origin": self.spec.origin.value,
            "cut_off": self.cut_off,
            "samples_lost": self.ledger.samples(HoleFate.LOST),
            "ledger": self.ledger.to_json(),
            "schema": SCHEMA,
        }


def write_sidecar(path: Path, sidecar: Sidecar) -> None:
    """Writes a sidecar under a name that it need not keep, and makes it durable. Raises OSError."""
    path.write_text(json.dumps(sidecar.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    make_durable(path)
