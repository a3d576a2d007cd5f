"""`stetho` itself: its help, its version, and the group that loads a verb only when it is called."""

from importlib.metadata import version as installed_version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from stetho.cli.failures import failures_told
from stetho.cli.log_lines import remarks_to_stderr
from stetho.cli.options import Quiet
from stetho.cli.plain_flags import without_type
from stetho.cli.verb import Verb, verbs
from stetho.cli.wording import INVESTIGATIONAL


class _LazyCommand(TyperCommand):
    """Stands for a verb in help and completion; becomes the verb itself when it is called or its own help asked."""

    def __init__(self, verb: Verb) -> None:
        super().__init__(name=verb.name, help=verb.summary(), callback=None)
        self._verb = verb

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        # The context of the real command, whose `invoke` is then called: nothing of this stand-in stays.
        return self._verb.command().make_context(info_name, args, parent=parent, **extra)


class LazyGroup(TyperGroup):
    """The verbs, ours and those of installed packages, each loaded at its first use; the one catcher of errors."""

    def get_params(self, ctx: Any) -> list[Any]:
        return without_type(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        return list(verbs())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        verb = verbs().get(cmd_name)
        return None if verb is None else _LazyCommand(verb)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        # So that the suggestions for a mistyped verb know the verbs: typer takes them from here.
        names: Any = dict.fromkeys(verbs())
        self.commands = names
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        # Here and not only in `main`: typer gives ctrl-c and a closed pipe meanings and codes of its own.
        with failures_told():
            return super().invoke(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        with failures_told():
            return super().main(*args, **kwargs)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=INVESTIGATIONAL,
)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"stetho {installed_version('stetho')}")
        raise typer.Exit


@app.callback()
def stetho(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Receives heart sounds from a smart stethoscope and says, live, whether a murmur is suspected."""
    remarks_to_stderr(quiet=quiet)
