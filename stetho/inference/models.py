"""Which model is used, and on whose word: the one that ships, or one of the site's own that the site signed for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stetho.artifacts import PINNED, ModelFiles, pinned_model, read_model
from stetho.config import Config
from stetho.errors import ModelError
from stetho.inference.manifest import Manifest, manifest_of
from stetho.inference.session import MurmurModel
from stetho.trust.approval import Approval, check, read_approval
from stetho.trust.public_key import PublicKey
from stetho.trust.trusted_by import TrustedBy

IMPOSTOR = "it calls itself the one that ships and is another; give it a version of its own"
HOW = "`stetho model approve --help` says how a site approves its own"


@dataclass(frozen=True, slots=True)
class Standing:
    """Who trusts a model. approval: the one beside it, whoever signed it. refusal: why nobody does, or None."""

    by: TrustedBy
    approval: Approval | None = None
    refusal: str | None = None

    def words(self) -> str:
        """In a few words, on whose word it is used."""
        match self.by:
            case TrustedBy.STETHO:
                return "ships with this version of stetho (pinned)"
            case TrustedBy.SITE if self.approval is not None:
                return self.approval.words()
        return "not trusted"


@cache
def shipped_model() -> MurmurModel:
    """The murmur model whose hash this version of stetho pins. Raises ModelError for any other."""
    return MurmurModel.of(pinned_model("murmur"), TrustedBy.STETHO)


def chosen_model(config: Config) -> MurmurModel:
    """The model that the settings and flags name, if it is trusted; without any, the one that ships. Raises ModelError."""
    files = chosen_files(config)
    standing = standing_of(files, manifest_of(files), config.trust.model_keys)
    if standing.refusal is not None:
        raise ModelError(standing.refusal)
    return MurmurModel.of(files, standing.by)


def chosen_files(config: Config, folder: Path | None = None) -> ModelFiles:
    """The bytes of the model in `folder`, else of the one that the settings name, else of the one that ships."""
    folder = folder or config.model
    return pinned_model(folder=config.models) if folder is None else read_model(folder)


def is_impostor(files: ModelFiles, manifest: Manifest) -> bool:
    """Whether it has the name and version of the model that ships, and is another: results could not tell them apart."""
    pin = PINNED.get(manifest.name)
    return pin is not None and pin.version == manifest.version and not files.pinned


def standing_of(files: ModelFiles, manifest: Manifest, model_keys: Iterable[str]) -> Standing:
    """Who trusts these bytes on a machine whose settings name `model_keys`."""
    if files.pinned:
        return Standing(TrustedBy.STETHO)
    approval = None
    try:
        if is_impostor(files, manifest):
            raise ModelError(IMPOSTOR)
        approval = read_approval(files.folder)
        if approval is None:
            raise ModelError(f"it is neither the one that ships nor approved by a key that you trust; {HOW}")
        check(approval, files, (manifest.name, manifest.version), map(PublicKey.parse, model_keys))
    except ModelError as error:
        refusal = f"The model {manifest.name} {manifest.version} in {files.folder} is refused: {error}."
        return Standing(TrustedBy.NOBODY, approval, refusal)
    return Standing(TrustedBy.SITE, approval)
