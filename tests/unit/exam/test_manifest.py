"""A CSV of recordings."""

from pathlib import Path

import pytest

from stetho.age import Age
from stetho.errors import InputError
from stetho.exam.manifest import read_manifest
from stetho.exam.site import Site


def written(folder: Path, text: str) -> Path:
    path = folder / "exams.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_csv(tmp_path: Path) -> None:
    rows = read_manifest(written(tmp_path, "exam,site,path,age_years\ne1,AV,sounds/a.wav,7\ne1,Erb,/b.wav,\n"))
    assert [(row.path, row.exam, row.site) for row in rows] == [
        (tmp_path / "sounds" / "a.wav", "e1", Site.AV),
        (Path("/b.wav"), "e1", Site.ERB),
    ]


def test_the_exact_age_goes_before_the_group(tmp_path: Path) -> None:
    text = "path,exam,site,age_years,age_group\na,e,AV,7.5,Adult\nb,e,PV,,Child\nc,e,TV,,\n"
    exact, group, none = (row.age for row in read_manifest(written(tmp_path, text)))
    assert (exact, none) == (Age(7.5, 7.5), None)
    assert group is not None
    assert group.within((0, 21))
    assert not Age(30, 30).within((0, 21))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column 'path'"),
        ("path,exam\na.wav,e\n", "no column 'site'"),
        ("path,exam,site\n", "lists no recordings"),
        ("path,exam,site\na.wav,e,XX\n", "Line 2 .*'XX'"),
        ("path,exam,site\na.wav,e,AV\n,e,AV\n", "Line 3"),
        ("path,exam,site\na.wav,e\n", "Line 2"),
        ("path,exam,site,age_years\na.wav,e,AV,old\n", "Line 2 .*'old' is no age"),
        ("path,exam,site,age_group\na.wav,e,AV,grey\n", "Line 2 .*'grey' is no age group"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_manifest(written(tmp_path, text))


def test_a_csv_that_is_none_is_told_in_words_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01" * 100)
    wanted = {
        "missing.csv": r"^There is no manifest .*missing\.csv: name a CSV with the columns path, exam, site\.$",
        "binary.csv": r"binary\.csv is no CSV in UTF-8: save it as one, with the columns path, exam, site\.$",
        ".": r"can't be opened \(Is a directory\): name a CSV file\.$",
    }
    for name, sentence in wanted.items():
        with pytest.raises(InputError, match=sentence):
            read_manifest(tmp_path / name)
