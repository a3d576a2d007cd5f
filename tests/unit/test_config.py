"""Settings: file, then environment, then flags."""

from dataclasses import replace
from pathlib import Path

import pytest

from stetho.config import Config, Trust, load_config
from stetho.errors import ConfigError


def environment(tmp_path: Path, toml: str = "", **more: str) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(toml, encoding="utf-8")
    return {"STETHO_CONFIG": str(path), **more}


def test_without_anything_set_the_defaults_hold(tmp_path: Path) -> None:
    assert load_config({"XDG_CONFIG_HOME": str(tmp_path)}) == Config()


def test_the_environment_wins_over_the_file_and_flags_over_both(tmp_path: Path) -> None:
    toml = 'device = "tcp://a:1"\nreconnect_s = 3\nmodels = "/m"'
    config = load_config(environment(tmp_path, toml, STETHO_RECONNECT_S="4.5"))
    assert config == Config(Path("/m"), device="tcp://a:1", reconnect_s=4.5)
    assert config.with_flags(device="tcp://b:2", reconnect_s=0.0) == Config(
        Path("/m"), device="tcp://b:2", reconnect_s=0.0
    )
    assert config.with_flags() == config


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("reconnect = 3", "'reconnect', which is no setting; known are device, model, models, reconnect_s, trust"),
        ("reconnect_s = 'soon'", "must be a number of seconds from 0 to 3600"),
        ("reconnect_s = -1", "must be a number of seconds"),
        ("reconnect_s = nan", "must be a number of seconds"),
        ("device = 7", "must be text"),
        ("device = ", "can't be read"),
        ("model = 7", "must be text"),
        ("trust = true", "must be a table with model_keys alone"),
        ("[trust]\nmodel_key = []", "must be a table with model_keys alone"),
        ("[trust]\nmodel_keys = 'ed25519:'", "a list of public keys"),
        ("[trust]\nmodel_keys = ['ed25519:00']", "a list of public keys"),
        ("[trust]\nmodel_keys = [7]", "a list of public keys"),
    ],
)
def test_a_setting_that_can_t_be_used_is_named(tmp_path: Path, toml: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        load_config(environment(tmp_path, toml))


@pytest.mark.parametrize("value", ["sim://murmur", "/srv/model", "~/model", "C:\\model", "true"])
def test_text_without_quotes_is_named_as_the_cause(tmp_path: Path, value: str) -> None:
    toml = f'model = "/m"\ndevice = {value}\n'
    with pytest.raises(ConfigError) as refused:
        load_config(environment(tmp_path, toml))
    assert ("column 10): text stands in quotes); mend" in str(refused.value)) == (value != "true")


@pytest.mark.parametrize("value", ["", ",", "'a", '"\\q"'])
def test_other_faults_of_the_file_say_nothing_of_quotes(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="can't be read") as refused:
        load_config(environment(tmp_path, f"device = {value}\n"))
    assert "quotes" not in str(refused.value)


def test_a_flag_is_judged_like_a_setting() -> None:
    with pytest.raises(ConfigError, match="--reconnect-s"):
        Config().with_flags(reconnect_s=-1)


def test_the_keys_that_are_trusted_stand_in_the_file_and_nowhere_else(tmp_path: Path) -> None:
    key = "ed25519:" + "0a" * 32
    config = load_config(environment(tmp_path, f'model = "~/own"\n[trust]\nmodel_keys = ["{key}"]'))
    assert config.trust == Trust((key,))
    assert config.model == Path("~/own").expanduser()
    assert config.with_flags(model=Path("other")) == replace(config, model=Path("other"))
    assert load_config(environment(tmp_path, STETHO_TRUST=key, STETHO_MODEL="m")) == Config(model=Path("m"))
