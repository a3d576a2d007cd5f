"""A manifest from outside: whatever is in it, it is read or refused in one sentence."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.artifacts import MANIFEST, NETWORK, ModelFiles, find_model, read_model
from stetho.errors import ModelError
from stetho.inference.manifest import manifest_of, network_of, parse_manifest, read_manifest

SHIPPED = (find_model() / MANIFEST).read_bytes()
PATH = Path("somewhere") / MANIFEST


def test_the_shipped_one_is_read_and_known_by_its_hash() -> None:
    files = read_model(find_model())
    manifest = manifest_of(files)
    assert manifest == read_manifest(find_model()) == parse_manifest(SHIPPED, PATH)
    assert manifest.manifest_sha256 == files.manifest_sha256
    assert network_of(files, manifest) == files.network


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("schema = .*", "schema = 2"),
        ("schema = .*", "schema = true"),
        ("name = .*", 'name = "../../etc"'),
        ("name = .*", 'name = "a\\u001b[31mb"'),
        ("name = .*", 'name = ""'),
        ("version = .*", 'version = "1.0 (better)"'),
        ("version = .*", "version = 1"),
        ("length_s = .*", "length_s = 0"),
        ("length_s = .*", "length_s = 1000000000"),
        ("hop_s = .*", "hop_s = 6"),
        ("hop_s = .*", "hop_s = -1"),
        ("\nframes = .*", "\nframes = 9999999999"),
        ("state_frames = .*", "state_frames = 1e9"),
        ("\nframes = .*", "\nframes = 200"),
        ("state_frames = .*", "state_frames = 126"),
        ("minimum_scored = .*", "minimum_scored = true"),
        ("present_slope = .*", "present_slope = nan"),
        ("present_slope = .*", "present_slope = -1.0"),
        ("unknown_slope = .*", "unknown_slope = 0"),
        ("unknown_intercept = .*", "unknown_intercept = -1000.0"),
        ("unknown_quality_slope = .*", "unknown_quality_slope = 5.0"),
        ("present_intercept = .*", "present_intercept = inf"),
        ("unknown_slope = .*", 'unknown_slope = "1"'),
        ("unknown_slope = .*", f"unknown_slope = 1{'0' * 400}"),
        ("unknown_slope = .*", f"unknown_slope = 1{'0' * 5000}"),
        ("\npresent = .*", "\npresent = 1.2"),
        ("\nunknown = .*", "\nunknown = nan"),
        ("\nlimit = .*", "\nlimit = -1.0"),
        ("\nlimit = .*", "\nlimit = 0.0"),
        ("\nlimit = .*", "\nlimit = 1e6"),
        ("systolic_certain = .*", "systolic_certain = 0.0"),
        ("ages_validated_years = .*", "ages_validated_years = [0]"),
        ("ages_validated_years = .*", 'ages_validated_years = ["0", "21"]'),
        ("ages_validated_years = .*", "ages_validated_years = [21, 0]"),
        ("ages_validated_years = .*", "ages_validated_years = [nan, inf]"),
        ("systole = .*", "systole = 3"),
        ("systole = .*", "systole = { mean_s = 0.1, sd_s = 0.0, min_s = 0.2, max_s = 0.1 }"),
        (r"\[embedding\]", "[embeddings]"),
        ("\nrule = .*", '\nrule = "majority"'),
        ("\nlimit = .*", f"\nlimit = {'[' * 3000}"),
        ("schema = .*", "schema = 1\nschema = 1"),
    ],
)
def test_what_no_model_has_is_refused_in_one_sentence(line: str, instead: str) -> None:
    text, count = re.subn(line, lambda _: instead, SHIPPED.decode())
    assert count >= 1
    with pytest.raises(ModelError) as refusal:
        parse_manifest(text.encode(), PATH)
    assert (
        str(PATH) in str(refusal.value)
        or "model's durations" in str(refusal.value)
        or "judges exams" in str(refusal.value)
    )
    assert refusal.value.exit_code == 7


@pytest.mark.parametrize(
    ("entry", "value", "wanted"),
    [
        ("window.minimum_scored", "0", "a whole number from 3 to 100"),
        ("window.minimum_scored", "2", "a whole number from 3 to 100"),
        ("window.maximum_concealed_share", "0.051", "a number from 0 to 0.05"),
        ("window.maximum_concealed_share", "1.0", "a number from 0 to 0.05"),
        ("thresholds.unknown", "1.0", "a number from 0.001 to 0.999"),
        ("thresholds.unknown", "0.9999", "a number from 0.001 to 0.999"),
        ("thresholds.present", "1.0", "a number from 0.001 to 0.999"),
        ("thresholds.present", "0.0", "a number from 0.001 to 0.999"),
        ("exam.unknown", "1.0", "a number from 0.001 to 0.999"),
        ("exam.present", "inf", "a number from 0.001 to 0.999"),
        ("exam.present", "0.9", f"at most {parse_manifest(SHIPPED, PATH).recording.present:g}, that of recordings"),
    ],
)
def test_no_manifest_takes_the_caution_out_of_a_verdict(entry: str, value: str, wanted: str) -> None:
    """On how little may be judged, and when nothing is unknown: bounds that no maker of a model moves."""
    table, key = entry.split(".")
    head, start, rest = SHIPPED.decode().partition(f"\n[{table}]\n")
    changed, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", rest, count=1)
    assert count == 1
    with pytest.raises(
        ModelError, match=re.escape(f"{PATH} has no valid {entry} ({wanted}): install the model again.")
    ):
        parse_manifest((head + start + changed).encode(), PATH)


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_refused(content: bytes) -> None:
    with pytest.raises(ModelError):
        parse_manifest(content, PATH)


@given(place=st.integers(0, len(SHIPPED) - 1), byte=st.integers(0, 255))
def test_one_byte_that_differs_is_read_or_refused_and_never_a_fault(place: int, byte: int) -> None:
    content = SHIPPED[:place] + bytes([byte]) + SHIPPED[place + 1 :]
    try:
        manifest = parse_manifest(content, PATH)
    except ModelError:
        return
    assert (manifest.manifest_sha256 == parse_manifest(SHIPPED, PATH).manifest_sha256) == (content == SHIPPED)


def test_a_manifest_can_t_point_elsewhere() -> None:
    files = read_model(find_model())
    elsewhere = SHIPPED.replace(NETWORK.encode(), b"../../other.onnx")
    with pytest.raises(ModelError, match="names another network than"):
        network_of(files, parse_manifest(elsewhere, PATH))


def test_a_network_that_is_not_the_manifest_s_is_refused() -> None:
    files = read_model(find_model())
    swapped = ModelFiles(files.folder, files.manifest, files.network[:-1] + b"\0")
    with pytest.raises(ModelError, match="damaged or was swapped"):
        network_of(swapped, manifest_of(swapped))


@pytest.mark.parametrize("file", [MANIFEST, NETWORK])
@pytest.mark.parametrize("kind", ["missing", "huge", "folder", "device", "pipe", "loop"])
def test_a_file_that_is_none_is_refused_at_once(own_model: Path, file: str, kind: str) -> None:
    path = own_model / file
    path.unlink()
    match kind:
        case "huge":
            with path.open("wb") as hole:
                hole.truncate(10**11)
        case "folder":
            path.mkdir()
        case "device":
            if not Path("/dev/zero").exists():
                pytest.skip("this system has no named pipes")
            path.symlink_to("/dev/zero")
        case "pipe":
            if not hasattr(os, "mkfifo"):
                pytest.skip("this system has no named pipes")
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path)
    with pytest.raises(ModelError, match="There is no model that can be read in"):
        read_model(own_model)


def test_a_link_is_as_good_as_what_it_leads_to(own_model: Path, tmp_path: Path) -> None:
    before = read_model(own_model)
    (own_model / NETWORK).rename(tmp_path / "elsewhere")
    (own_model / NETWORK).symlink_to(tmp_path / "elsewhere")
    assert read_model(own_model) == before
