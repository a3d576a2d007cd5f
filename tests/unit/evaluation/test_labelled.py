"""A CSV with labels: what is taken from it, and how it is refused."""

from pathlib import Path

import pytest

from stetho.age import group_of
from stetho.errors import InputError
from stetho.evaluation.labelled import derived, read_labelled
from stetho.inference.verdict import Label

P, U, A = Label.PRESENT, Label.UNKNOWN, Label.ABSENT


def written(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_labels_exams_people_and_subgroups(tmp_path: Path) -> None:
    text = (
        "path,exam,site,murmur,person,sex,age_years,device\n"
        "a,e1,AV,Present,ann,F,7.2,x\nb,e1,MV,absent,,,,y\nc,e2,AV, absent ,bob,M,30,x\nd,e3,AV,,,,,\n"
    )
    labelled = read_labelled(written(tmp_path, text), ["device"])
    assert labelled.columns == ("age_group", "sex", "site", "device")
    assert [each.truth for each in labelled.recordings] == [P, A, A, None]
    assert [each.row.name for each in labelled.used] == ["a", "b", "c"]
    one, two, three = (labelled.exams[exam] for exam in ("e1", "e2", "e3"))
    assert (one.person, one.truth, two.person, two.truth) == ("ann", P, "bob", A)
    assert (three.person, three.truth) == ("e3", None)
    assert dict(one.groups) == {"age_group": "child", "sex": "F"}  # two sites and two devices
    assert dict(two.groups) == {"age_group": "adult", "sex": "M", "site": "AV", "device": "x"}
    assert dict(labelled.recordings[3].groups) == {
        "age_group": "not given",
        "sex": "not given",
        "site": "AV",
        "device": "not given",
    }


@pytest.mark.parametrize(
    ("sites", "exam"),
    [([A, A], A), ([A, U], U), ([U, P], P), ([A, None], None), ([U, None], None), ([P, None], P), ([None], None)],
)
def test_an_exam_s_label_follows_from_its_sites(sites, exam: Label | None) -> None:
    assert derived(sites) is exam


def test_an_exam_s_own_label_goes_before_its_sites(tmp_path: Path) -> None:
    text = "path,exam,site,murmur,exam_murmur\na,e1,AV,absent,present\nb,e1,MV,absent,\nc,e2,AV,,absent\n"
    labelled = read_labelled(written(tmp_path, text))
    assert (labelled.exams["e1"].truth, labelled.exams["e2"].truth) == (P, A)
    assert len(labelled.used) == 3  # a recording without a label is part of a labelled exam


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column 'path'"),
        ("path,exam,site\na,e,AV\n", "no column 'murmur'"),
        ("path,exam,site,murmur\n", "lists no recordings"),
        ("path,exam,site,murmur\na,e,AV,yes\n", "Line 2 .*'yes' as 'murmur': write present"),
        ("path,exam,site,murmur\na,e,AV,normal\n", "Line 2 .*'normal' as 'murmur'"),
        ("path,exam,site,murmur,exam_murmur\na,e,AV,absent,no\n", "Line 2 .*'no' as 'exam_murmur'"),
        ("path,exam,site,murmur\na,e,AV,\nb,f,AV,\n", "No row .* is labelled"),
        ("path,exam,site,murmur\na,e,AV,absent\n./x/../a,f,AV,present\n", "Lines 2 and 3 .* the same path"),
        (
            "path,exam,site,murmur,exam_murmur\na,e,AV,absent,absent\nb,e,MV,absent,present\n",
            "Lines 2 and 3 .*'exam_mu",
        ),
        ("path,exam,site,murmur,exam_murmur\na,e,AV,absent,\nb,e,MV,present,absent\n", "Line 3 .*has a murmur.*'e'"),
        ("path,exam,site,murmur,person\na,e,AV,absent,x\nb,e,MV,absent,y\n", "Lines 2 and 3 .*'person'\\.$"),
        ("path,exam,site,murmur,sex\na,e,AV,absent,f\nb,e,MV,absent,m\n", "Lines 2 and 3 .*'sex'"),
        ("path,exam,site,murmur,murmur\na,e,AV,absent,present\n", "the column 'murmur' twice"),
        ("path,exam,site,murmur\na,b.wav,e,AV,absent\n", "Line 2 .*more cells than the header"),
        ("path,exam,site,murmur\na\0b,e,AV,absent\n", "Line 2 .*zero byte"),
        ("path,exam,site,murmur,age_years\na,e,AV,absent,-3\n", "Line 2 .*'-3' is no age"),
        ("path,exam,site,murmur\na,e,LV,absent\n", "Line 2 .*'LV'"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        read_labelled(written(tmp_path, text))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        ("device", "no column 'device' for --by; it has path, exam, site, murmur, id"),
        ("murmur", "'murmur' makes no subgroups"),
        ("id", "'id' .* more than 50 values"),
    ],
)
def test_a_column_that_makes_no_subgroups_is_refused(tmp_path: Path, by: str, sentence: str) -> None:
    rows = "".join(f"{i},e{i},AV,absent,{i}\n" for i in range(51))
    with pytest.raises(InputError, match=sentence):
        read_labelled(written(tmp_path, f"path,exam,site,murmur,id\n{rows}"), [by])


@pytest.mark.parametrize(
    ("years", "group"),
    [
        (0, "neonate"),
        (0.5, "infant"),
        (1, "child"),
        (11.9, "child"),
        (12, "adolescent"),
        (18.9, "adolescent"),
        (21, "young adult"),
        (22, "adult"),
        (90, "adult"),
    ],
)
def test_an_exact_age_is_of_one_group(years: float, group: str) -> None:
    assert group_of(years) == group


def test_trailing_commas_are_no_cells(tmp_path: Path) -> None:
    assert len(read_labelled(written(tmp_path, "path,exam,site,murmur\na,e,AV,absent,,\n")).used) == 1
