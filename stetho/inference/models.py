"""Finds the model that ships with stetho, once a process."""

from functools import cache

from stetho.artifacts import find_model
from stetho.inference.session import MurmurModel


@cache
def shipped_model() -> MurmurModel:
    """The murmur model whose hash this version of stetho pins. Raises ModelError for any other."""
    return MurmurModel.load(find_model("murmur"))
