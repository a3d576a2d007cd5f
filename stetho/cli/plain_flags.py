"""Help in which a flag is a flag: typer would say of each that it is a `<bool>`, though nothing can be written after it."""

from typing import Any

from typer.core import TyperCommand, TyperGroup


def without_type(parameters: list[Any]) -> list[Any]:
    """The same parameters; those that are flags show no type in the help."""
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return parameters


class PlainCommand(TyperCommand):
    """A verb's command."""

    def get_params(self, ctx: Any) -> list[Any]:
        return without_type(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """A verb that has verbs of its own."""

    def get_params(self, ctx: Any) -> list[Any]:
        return without_type(super().get_params(ctx))
