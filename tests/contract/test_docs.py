"""What the documentation must say, must never say, and may point at."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup

from stetho.cli.verb import verbs

REPOSITORY = Path(__file__).resolve().parents[2]
WRITTEN = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("models/**/*.md")]
PAGES = sorted(page for page in WRITTEN if not page.name.endswith(".template.md"))  # those are filled in elsewhere
FOR_USERS = [
    REPOSITORY / "README.md",
    *(REPOSITORY / "docs" / f"{page}.md" for page in ("clinician", "evaluate", "intended-use")),
]
INVESTIGATIONAL = (
    "Investigational software. Not cleared or approved. Not for diagnosis; the clinician's examination decides."
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        linked = (page.parent / target).resolve() if target else page
        assert linked.exists(), f"{name(page)} points at {target}"
        if anchor:
            assert anchor in anchors(linked), f"{name(page)} points at {target}#{anchor}"


@pytest.mark.parametrize("page", FOR_USERS, ids=name)
def test_pages_for_users_say_what_this_is(page: Path) -> None:
    assert INVESTIGATIONAL in " ".join(page.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("page", FOR_USERS, ids=name)
def test_pages_for_users_never_say_normal(page: Path) -> None:
    assert not re.search(r"\bnormal\b", page.read_text(encoding="utf-8"), re.IGNORECASE)


@pytest.mark.parametrize("page", FOR_USERS, ids=name)
def test_no_murmur_detected_never_stands_alone(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    for found in re.finditer(r"no murmur detected", text, re.IGNORECASE):
        assert "does not rule out heart disease" in text[found.start() : found.start() + 90]


def shown_commands(page: Path) -> list[str]:
    """The lines of a page's code blocks that call stetho."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.partition("#")[0] for block in blocks for line in block.splitlines() if line.startswith("stetho ")]


@pytest.mark.parametrize("page", [page for page in PAGES if shown_commands(page)], ids=name)
def test_every_command_shown_exists(page: Path) -> None:
    for line in shown_commands(page):
        assert not unknown_in(line), f"{name(page)} shows `{line.strip()}`"


def unknown_in(line: str) -> set[str]:
    """The verb or the flags of a shown command that do not exist."""
    verb, *arguments = line.split()[1:]
    if verb not in verbs():
        return {verb}
    command = verbs()[verb].command()
    if isinstance(command, TyperGroup) and arguments:
        if arguments[0] not in command.commands:
            return {arguments[0]}
        command = command.commands[arguments[0]]
    known = {"--help", *(flag for parameter in command.params for flag in parameter.opts)}
    return {argument for argument in arguments if re.match(r"--?[a-z]", argument)} - known


def help_texts(verb: str) -> list[str]:
    """What `stetho VERB --help` says: of the verb and of each of its parameters."""
    texts = []
    for command in commands_of(verb):
        texts += [command.help or "", *(getattr(parameter, "help", None) or "" for parameter in command.params)]
    return texts


def commands_of(verb: str) -> list[Any]:
    """The verb's command, and those beneath it."""
    command = verbs()[verb].command()
    return [command, *(command.commands.values() if isinstance(command, TyperGroup) else ())]


@pytest.mark.parametrize("verb", verbs())
def test_every_command_named_in_a_help_exists(verb: str) -> None:
    for text in help_texts(verb):
        for line in re.findall(r"`(stetho [^`]+)`", text):
            assert not unknown_in(line), f"stetho {verb} --help names `{line}`"


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert unknown_in("stetho sim --replay-wire x.wire") == set()
    assert unknown_in("stetho sim --rewind") == {"--rewind"}
    assert unknown_in("stetho simulate") == {"simulate"}
    assert unknown_in("stetho model verify FOLDER --json") == set()
    assert unknown_in("stetho model verify --passphrase-file x") == {"--passphrase-file"}
    assert unknown_in("stetho model trust FOLDER") == {"trust"}


@pytest.mark.parametrize("verb", verbs())
def test_a_help_shows_all_that_is_written_in_it_and_no_type_of_a_flag(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # What stands in square brackets is taken for markup, and vanishes.
    assert [text for text in help_texts(verb) if "[" in text] == []
    for command in commands_of(verb):
        command.get_help(command.make_context(verb, [], resilient_parsing=True))  # prints it
        said = capsys.readouterr().out
        assert "--help" in said
        assert "bool" not in said


def test_the_words_on_screen_are_those_of_the_pages() -> None:
    from stetho.cli.wording import INVESTIGATIONAL as SHOWN

    assert SHOWN == INVESTIGATIONAL


def test_the_picture_is_marked_and_loads_nothing_from_elsewhere() -> None:
    picture = (REPOSITORY / "docs/images/live.svg").read_text(encoding="utf-8")
    assert "SIMULATED" in picture
    assert "Investigational" in picture
    assert re.findall(r"https?://[^\"\s]+", picture) == ["http://www.w3.org/2000/svg"]


def test_the_readmes_figures_are_those_of_the_card_and_its_report() -> None:
    from stetho.artifacts import PINNED

    card = REPOSITORY / "models/murmur" / PINNED["murmur"].version / "CARD.md"
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    figures = re.findall(r"[-+]?0\.\d+ \[[-+]?0\.\d+, [-+]?0\.\d+\]", readme)
    assert len(figures) >= 5, "the README has lost its figures"
    printed = "".join(page.read_text(encoding="utf-8") for page in (card, card.with_name("REPORT.md")))
    assert [figure for figure in figures if figure not in printed] == []
    assert f"({card.relative_to(REPOSITORY)})" in readme


def test_every_decision_is_listed() -> None:
    folder = REPOSITORY / "docs/adr"
    listed = re.findall(r"\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
