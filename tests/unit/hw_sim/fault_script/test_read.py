import pytest

from hw_sim.fault_script import parse_script, read_script
from hw_sim.fault_script.actions import ACTIONS
from hw_sim.fault_script.chance import random_script
from hw_sim.faults import Disconnect, Frame, Loss, Within, through
from stetho.errors import ConfigError

ONE = """
drift_ppm = -40

[[fault]]
action = "loss"
share = 0.5

[[fault]]
action = "disconnect"
at = "3.2s"
for = "150ms"
"""


def test_a_script_becomes_its_faults_in_order():
    script = parse_script(ONE)
    loss, disconnect = script.faults
    assert isinstance(loss, Loss)
    assert isinstance(disconnect, Disconnect)
    assert (disconnect.window.at_us, disconnect.window.for_us) == (3_200_000, 150_000)
    assert script.drift_ppm == -40


def test_a_file_is_read_and_an_empty_script_is_no_fault(tmp_path):
    path = tmp_path / "script.toml"
    path.write_text("", encoding="utf-8")
    assert read_script(path).faults == ()


def drawn(text: str, seed: int = 0) -> list[Frame]:
    frames = [Frame(bytes(20), i * 20_000, True) for i in range(400)]
    faults = parse_script(text, seed=seed).faults
    return [after for frame in frames for after in through(faults, frame)]


def test_the_seed_is_the_scripts_own_or_else_the_devices():
    assert drawn(ONE, seed=1) == drawn(ONE, seed=1) != drawn(ONE, seed=2)
    assert drawn("seed = 9\n" + ONE, seed=1) == drawn("seed = 9\n" + ONE, seed=2)


def test_two_faults_of_one_kind_draw_apart():
    twice = '[[fault]]\naction = "loss"\nshare = 0.5\n' * 2
    assert len(drawn(twice)) == pytest.approx(100, abs=30)


@pytest.mark.parametrize(
    ("more", "passes"), [("", 0), ('at = "4s"', 200), ('for = "1s"', 350), ('at="1s"\nfor="1s"', 350)]
)
def test_chance_may_be_kept_to_a_while(more, passes):
    text = f'[[fault]]\naction = "loss"\nshare = 0.999\n{more}\n'
    assert len(drawn(text)) == pytest.approx(passes, abs=3)
    assert isinstance(parse_script(text).faults[0], Within) == bool(more)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[fault]\n", "script.toml is no TOML: .*line 1"),
        ("speed = 3\n", "knows no 'speed' outside of a \\[\\[fault\\]\\]; it knows seed, drift_ppm"),
        ("seed = 1.5\n", "seed must be a whole number from 0"),
        ("drift_ppm = true\n", "drift_ppm must be a number from -10000"),
        ('[fault]\naction = "loss"\n', "in two brackets"),
        ("fault = 3\n", "in two brackets"),
        ("\n\n[[fault]]\n", "script.toml, line 3, fault 1 has no action; write action ="),
        ('[[fault]]\naction = "fire"\n', "fault 1 has the action 'fire'; write action = with one of loss"),
        ('[[fault]]\naction = "loss"\n', "fault 1 \\(loss\\) says no 'share', which it has to"),
        ('[[fault]]\naction = "loss"\nshare = 2\n', "share must be a number from 0 to 0.999, not 2"),
        ('[[fault]]\naction = "stall"\nat = 3\nfor = "1s"\n', 'at must be a time with its unit, like "3.2s".*, not 3'),
        ('[[fault]]\naction = "stall"\nat = "3"\nfor = "1s"\n', "at must be a time with its unit"),
        ('[[fault]]\naction = "stall"\nat = "-1s"\nfor = "1s"\n', "at must be a time with its unit"),
        ('[[fault]]\naction = "stall"\nat = "1s"\nfor = "2000min"\n', "for must be at most a day"),
        ('[[fault]]\naction = "stall"\nat = "1s"\nlong = "1s"\n', "knows no 'long'; it knows at, for"),
        ('[[fault]]\naction = "move"\nat = "1s"\nsite = "XX"\n', "site must be one of AV, PV, TV, MV, not 'XX'"),
        ('[[fault]]\naction = "low_battery"\nat = "1s"\npercent = 0\n', "percent must be a whole number from 1 to 100"),
        (f"{ONE}\n[[fault]]\n", "line 13, fault 3 has no action"),
        ('[[fault]]\naction = "loss"\nshare = 0.1\n' * 1001, "1001 faults; 1000 are the most"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_place(text, says, tmp_path):
    path = tmp_path / "script.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as raised:
        read_script(path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "can't be read: No such file"), (b"\xff\xff", "it is no text"), (b"#" * 2**21, "megabyte")],
)
def test_what_is_no_script_is_said_in_one_sentence(content, says, tmp_path):
    path = tmp_path / "script.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=says):
        read_script(path)


def test_chance_makes_scripts_that_can_be_read_each_its_own_with_every_action():
    texts = [random_script(seed, 20.0) for seed in range(300)]
    scripts = [parse_script(text) for text in texts]
    assert len(set(texts)) == 300
    assert all(1 <= len(script.faults) <= 6 for script in scripts)
    assert [action for action in ACTIONS if not any(f'"{action}"' in text for text in texts)] == []
    assert random_script(7, 20.0) == texts[7]
    assert '"stall"' not in random_script(7, 20.0, kinds=("loss",))
