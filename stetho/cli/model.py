"""Shows which model is used and on whose word; verifies it; approves one of a site's own."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from stetho.cli.model_text import description_lines, facts
from stetho.cli.options import Json
from stetho.cli.output import print_json
from stetho.cli.passphrase import NoPassphrase, PassphraseFile, new_passphrase, passphrase_of
from stetho.cli.plain_flags import PlainCommand, PlainGroup
from stetho.clock import SYSTEM_CLOCK
from stetho.config import config_file, load_config
from stetho.errors import ModelError
from stetho.inference.description import SCHEMA, ModelDescription
from stetho.inference.manifest import manifest_of
from stetho.inference.models import chosen_files, standing_of
from stetho.inference.verification import Check, failed_after, verify_trust, verify_whole
from stetho.notice import INVESTIGATIONAL
from stetho.trust.approval import refuse_approved, write_approval
from stetho.trust.site_key import SiteKey, needs_passphrase

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="FOLDER", show_default=False, help="A model's folder; without one, the model that is used."),
]

model = typer.Typer(
    cls=PlainGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Shows which model is used and on whose word; verifies it; approves one of a site's own.",
)


def _described(folder: Path | None) -> ModelDescription:
    config = load_config()
    files = chosen_files(config, folder)
    manifest = manifest_of(files)
    return ModelDescription(files, manifest, standing_of(files, manifest, config.trust.model_keys))


@model.command(cls=PlainCommand)
def show(folder: Folder = None, json: Json = False) -> None:
    """Says what a model is, what it was validated on, and who trusts it. Judges nothing."""
    described = _described(folder)
    if json:
        print_json(described.to_json())
        return
    for line in description_lines(described):
        print(line)


@model.command(cls=PlainCommand)
def verify(folder: Folder = None, json: Json = False) -> None:
    """Checks a model byte by byte, runs it on known windows, and asks who trusts it. Exit code 7: it is refused."""
    described = _described(folder)
    passed: list[Check] = []
    refusal: ModelError | None = None
    try:
        for check in _checks(described):
            passed.append(check)
            if not json:
                print(f"ok    {check.name.replace('_', ' ')}: {check.found}", flush=True)
    except ModelError as error:
        refusal = error
        if not json:
            print(f"FAIL  {failed_after(passed, described.manifest).replace('_', ' ')}: {error}", flush=True)
    if json:
        print_json(_verified(described, passed, refusal))
    else:
        print(INVESTIGATIONAL)
    if refusal is not None:
        raise refusal


def _checks(described: ModelDescription) -> Iterator[Check]:
    yield from verify_whole(described.files)
    yield verify_trust(described.standing)


def _verified(described: ModelDescription, passed: Iterable[Check], refusal: ModelError | None) -> dict[str, Any]:
    return {
        **_identity(described),
        "accepted": refusal is None,
        "refusal": None if refusal is None else str(refusal),
        "checks": [check.to_json() for check in passed],
        "notice": INVESTIGATIONAL,
        "schema": SCHEMA,
    }


@model.command(cls=PlainCommand)
def keygen(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new file for the private key.")],
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    json: Json = False,
) -> None:
    """Makes a site's key, which approves models: a private file, and a public key for the settings."""
    passphrase = new_passphrase(passphrase_file, none_wanted=no_passphrase)
    key = SiteKey.generate()
    key.write(output, passphrase)
    if json:
        print_json({"file": str(output), "public_key": str(key.public), "schema": SCHEMA})
        return
    print(f"Wrote {output}: keep it where models are approved, and nowhere else.")
    print(f"For {config_file()} of each machine that shall use what it approves:\n")
    print(f'[trust]\nmodel_keys = ["{key.public}"]')


@model.command(cls=PlainCommand)
def approve(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The model's folder; the approval is laid into it.")],
    key: Annotated[Path, typer.Option(metavar="FILE", help="The site's private key, of `stetho model keygen`.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who approves it.")] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why, or on what evidence.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the approval that is there.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Verifies a model, and signs that this site uses it. It is trusted where the settings name the key, and only there.

    The model that ships needs no approval: nothing is signed, and the exit code is 0.
    """
    described = _described(folder)
    if described.files.pinned:
        _say_pinned(described, json=json)
        return
    if not replace:
        refuse_approved(folder)
    passphrase = passphrase_of(passphrase_file, f"Passphrase of {key}") if needs_passphrase(key) else None
    site_key = SiteKey.read(key, passphrase)
    for check in verify_whole(described.files):
        if not json:
            print(f"ok    {check.name.replace('_', ' ')}: {check.found}", flush=True)
    if not json:
        for line in facts(described):
            print(line)
    made = described.approved_with(site_key, SYSTEM_CLOCK.now_utc(), by=by, note=note)
    path = write_approval(folder, made)
    keys = load_config().trust.model_keys
    trusted_here = str(site_key.public) in keys
    if json:
        approved = {**_identity(described), "approval": made.to_json(), "file": str(path), "trusted_here": trusted_here}
        print_json({**approved, "notice": INVESTIGATIONAL, "schema": SCHEMA})
        return
    print(f"Wrote {path}: {made.words()}.")
    if not trusted_here:
        instead = ", in place of the line that is there" if keys else ""
        listed = ", ".join(f'"{one}"' for one in (*keys, site_key.public))
        print(f"This machine does not trust that key. To trust it, write under [trust] in {config_file()}{instead}:")
        print(f"model_keys = [{listed}]")
    print(INVESTIGATIONAL)


def _say_pinned(described: ModelDescription, *, json: bool) -> None:
    if json:
        print_json(described.to_json())
        return
    name = f"{described.manifest.name} {described.manifest.version}"
    print(
        f"{name} in {described.files.folder} ships with this version of stetho and needs no approval: nothing was signed."
    )
    print(INVESTIGATIONAL)


def _identity(described: ModelDescription) -> dict[str, Any]:
    return {
        "name": described.manifest.name,
        "version": described.manifest.version,
        "folder": str(described.files.folder),
        "network_sha256": described.files.network_sha256,
        "manifest_sha256": described.files.manifest_sha256,
    }
