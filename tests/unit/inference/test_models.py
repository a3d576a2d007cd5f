"""Which model is used: the pinned one, or one that a key of the settings approved; any bit of difference and it is none."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.artifacts import MANIFEST, NETWORK, ModelFiles, find_model, read_model
from stetho.config import Config, Trust
from stetho.errors import ConfigError, ModelError
from stetho.inference import models
from stetho.inference.manifest import manifest_of
from stetho.inference.models import chosen_model, shipped_model, standing_of
from stetho.inference.session import MurmurModel
from stetho.trust.approval import approve, write_approval
from stetho.trust.site_key import SiteKey
from stetho.trust.trusted_by import TrustedBy

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
KEY, OTHER = SiteKey.generate(), SiteKey.generate()


def trusting(*keys: SiteKey, model: Path | None = None) -> Config:
    return Config(model=model, trust=Trust(tuple(str(key.public) for key in keys)))


def approved(folder: Path, key: SiteKey = KEY) -> Path:
    files = read_model(folder)
    manifest = manifest_of(files)
    write_approval(folder, approve(files, (manifest.name, manifest.version), key, NOW))
    return folder


def test_without_a_setting_the_one_that_ships_is_used() -> None:
    model = chosen_model(Config())
    assert model.manifest == shipped_model().manifest
    assert (model.trusted_by, model.trusted_by.codes) == (TrustedBy.STETHO, ())


def test_the_one_that_ships_is_trusted_wherever_it_lies(tmp_path: Path) -> None:
    for file in (MANIFEST, NETWORK):
        (tmp_path / file).write_bytes((find_model() / file).read_bytes())
    assert chosen_model(Config(model=tmp_path)).trusted_by is TrustedBy.STETHO


def test_one_of_the_site_s_own_is_used_where_the_settings_name_its_key_and_is_marked(own_model: Path) -> None:
    model = chosen_model(trusting(OTHER, KEY, model=approved(own_model)))
    assert model.manifest.version == "9.0.0"
    assert model.trusted_by.codes == ("model_site_approved",)


def test_nothing_that_lies_beside_a_model_makes_it_trusted(own_model: Path) -> None:
    approved(own_model)
    (own_model / "config.toml").write_text(f'[trust]\nmodel_keys = ["{KEY.public}"]\n', encoding="utf-8")
    for config in (trusting(model=own_model), trusting(OTHER, model=own_model)):  # revoked, or never named
        with pytest.raises(ModelError, match=r"murmur 9\.0\.0 in .* is refused: its approval is signed by ed25519:"):
            chosen_model(config)


def test_one_that_nobody_approved_is_refused_and_it_is_said_how_to_approve_it(own_model: Path) -> None:
    with pytest.raises(ModelError, match="`stetho model approve --help` says how") as refusal:
        chosen_model(trusting(KEY, model=own_model))
    assert refusal.value.exit_code == 7
    assert str(refusal.value).count("\n") == 0


def test_one_that_calls_itself_the_one_that_ships_is_refused_though_it_was_approved(tmp_path: Path) -> None:
    (tmp_path / NETWORK).write_bytes((find_model() / NETWORK).read_bytes())
    (tmp_path / MANIFEST).write_bytes((find_model() / MANIFEST).read_bytes() + b"# another threshold, say\n")
    with pytest.raises(ModelError, match="it calls itself the one that ships and is another"):
        chosen_model(trusting(KEY, model=approved(tmp_path)))


def test_the_model_of_yesterday_can_be_kept_after_an_update(own_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PINNED", {})
    monkeypatch.setattr("stetho.artifacts.PINNED", {})
    assert chosen_model(trusting(KEY, model=approved(own_model))).trusted_by is TrustedBy.SITE


def test_what_is_judged_is_what_is_loaded(own_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is swapped for a worse one right after it was read: nothing of it is looked at again."""
    approved(own_model)

    def read_and_swap(folder: Path) -> ModelFiles:
        files = read_model(folder)
        for file in (MANIFEST, NETWORK):
            (folder / file).write_bytes(b"swapped")
        return files

    before = read_model(own_model)
    monkeypatch.setattr(models, "read_model", read_and_swap)
    model = chosen_model(trusting(KEY, model=own_model))
    assert model.manifest.manifest_sha256 == before.manifest_sha256
    assert model.manifest.sha256 == before.network_sha256


def test_a_swap_before_it_is_read_is_refused(own_model: Path) -> None:
    approved(own_model)
    text = (own_model / MANIFEST).read_text(encoding="utf-8")
    (own_model / MANIFEST).write_text(text.replace("minimum_scored = 3", "minimum_scored = 4"), encoding="utf-8")
    with pytest.raises(ModelError, match="its manifest is not the one that was approved"):
        chosen_model(trusting(KEY, model=own_model))


SHIPPED = read_model(find_model())


@given(part=st.sampled_from(["manifest", "network"]), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_bit_of_the_one_that_ships_can_be_another(part: str, place: float, bit: int) -> None:
    assert not flipped(SHIPPED, part, place, bit).pinned


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """A model that is approved and of which nothing may differ; its bytes in memory, its approval on disk."""
    folder = tmp_path_factory.mktemp("signed")
    (folder / NETWORK).write_bytes(SHIPPED.network)
    (folder / MANIFEST).write_bytes(SHIPPED.manifest.replace(b'\nversion = "', b'\nversion = "9.', 1))
    return read_model(approved(folder))


@given(part=st.sampled_from(["manifest", "network"]), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_bit_of_an_approved_one_can_be_another(signed: ModelFiles, part: str, place: float, bit: int) -> None:
    manifest, keys = manifest_of(signed), [str(KEY.public)]
    assert standing_of(signed, manifest, keys).by is TrustedBy.SITE
    other = flipped(signed, part, place, bit)
    standing = standing_of(other, manifest, keys)
    assert standing.by is TrustedBy.NOBODY
    assert f"its {part} is not the one that was approved" in str(standing.refusal)


def flipped(files: ModelFiles, part: str, place: float, bit: int) -> ModelFiles:
    parts = {"manifest": files.manifest, "network": files.network}
    content = bytearray(parts[part])
    content[int(place * len(content))] ^= 1 << bit
    return ModelFiles(files.folder, **{**parts, part: bytes(content)})


def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(ModelError, match="There is no model that can be read in"):
            chosen_model(Config(model=folder))


def test_a_model_that_was_only_loaded_is_marked_as_nobody_s(own_model: Path) -> None:
    assert MurmurModel.load(own_model).trusted_by.codes == ("model_not_trusted",)
    assert MurmurModel.load(find_model()).trusted_by is TrustedBy.STETHO


def test_without_the_library_nothing_is_believed_and_it_is_said_what_to_install(
    own_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(own_model)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ConfigError, match=r"pip install 'stetho\[clinic\]'"):
        chosen_model(trusting(KEY, model=own_model))
    assert chosen_model(Config()).trusted_by is TrustedBy.STETHO
