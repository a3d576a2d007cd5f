"""Is a model whole, and does it do here what its maker saw? Check by check, so that each can be shown as it passes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stetho.artifacts import ModelFiles
from stetho.dsp.mel import mel_sha256
from stetho.errors import ModelError
from stetho.inference.golden import ALLOWED_DEVIATION, GoldenRun, run_golden
from stetho.inference.manifest import Manifest, manifest_of, network_of
from stetho.inference.models import IMPOSTOR, Standing, is_impostor
from stetho.inference.session import MurmurModel

_NAMES = ("manifest", "network", "mel_table", "golden", "trust")  # in the order in which they are made


@dataclass(frozen=True, slots=True)
class Check:
    """A check that was passed, and what it found."""

    name: str
    found: str
    golden: GoldenRun | None = None

    def to_json(self) -> dict[str, Any]:
        thing: dict[str, Any] = {"check": self.name, "found": self.found}
        if self.golden is not None:
            thing |= {"windows": self.golden.windows, "deviation": self.golden.deviation, "allowed": ALLOWED_DEVIATION}
        return thing


def verify_whole(files: ModelFiles) -> Iterator[Check]:
    """Everything but who trusts it. Raises ModelError at the first check that fails."""
    manifest = manifest_of(files)
    if is_impostor(files, manifest):
        raise ModelError(f"The model {manifest.name} {manifest.version} in {files.folder} is refused: {IMPOSTOR}.")
    yield Check("manifest", f"sha256 {files.manifest_sha256}")
    network = network_of(files, manifest)
    yield Check("network", f"sha256 {files.network_sha256}, as the manifest says")
    model = MurmurModel(manifest, network)
    yield Check("mel_table", f"sha256 {manifest.mel_sha256}, as computed here")
    run = run_golden(model, files.folder)
    found = f"largest deviation {run.deviation:.6f} in {run.output}, of {ALLOWED_DEVIATION} allowed"
    if not run.reproduced:
        raise ModelError(
            f"The model {manifest.name} {manifest.version} is not reproduced on this machine ({found}): it must not be used here."
        )
    yield Check("golden", f"{run.windows} windows scored here, {found}", run)


def failed_after(passed: Sequence[Check], manifest: Manifest) -> str:
    """The name of the check that failed, after those that were passed."""
    name = _NAMES[len(passed)]
    # A network of the right bytes that can't be opened is found out where the mel table is compared.
    return "network" if name == "mel_table" and manifest.mel_sha256 == mel_sha256() else name


def verify_trust(standing: Standing) -> Check:
    """Raises ModelError where nobody trusts the model."""
    if standing.refusal is not None:
        raise ModelError(standing.refusal)
    return Check("trust", standing.words())
