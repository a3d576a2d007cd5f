import pytest

from hw_sim.recipe import of_uri
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError, InputError


def recipe(text: str):
    return of_uri(DeviceUri.parse(text))


def test_an_address_says_everything_of_a_device():
    made = recipe("sim://murmur?seed=7&rate_bpm=80&site=av&grade=4&timing=diastolic&loss=0.02&codec=adpcm&seconds=9")
    assert (made.name, made.seed, made.rate_bpm, made.site, made.grade) == ("murmur", 7, 80.0, "AV", 4)
    assert (made.timing, made.loss, made.codec, made.seconds) == ("diastolic", 0.02, "adpcm", 9.0)
    assert made.device().identity.serial_number == "SIM-0007"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sim://murmur?sead=7", "'sead'"),
        ("sim://murmur?site=XX", "AV, PV, TV, MV"),
        ("sim://murmur?timing=late", "systolic or diastolic"),
        ("sim://murmur?codec=opus", "pcm16, adpcm"),
        ("sim://murmur?loss=2", "share"),
        ("sim://murmur?seed=x", "must be a whole number"),
        ("sim://nobody", "clear, murmur"),
        ("sim://murmur?grade=9", "1 to 6"),
    ],
)
def test_what_no_device_can_be_is_said_in_one_sentence(text, says):
    with pytest.raises(ConfigError, match=says):
        recipe(text).device()


def test_a_file_that_is_not_there_is_said_before_anything_starts():
    with pytest.raises(InputError, match="does not exist"):
        recipe("sim://play?file=nowhere.wav").device()


def test_an_address_names_a_fault_script(tmp_path):
    path = tmp_path / "script.toml"
    path.write_text('[[fault]]\naction = "disconnect"\nat = "1s"\nfor = "1s"\n', encoding="utf-8")
    assert recipe(f"sim://clear?faults={path}").device().may_vanish
    path.write_text("[[fault]]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 1, fault 1 has no action"):
        recipe(f"sim://clear?faults={path}").device()
