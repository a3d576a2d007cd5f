"""Which model a command uses."""

from stetho.artifacts import find_model
from stetho.config import Config
from stetho.inference.session import MurmurModel


def chosen_model(config: Config) -> MurmurModel:
    """The pinned model, from the folder that is set or the one that came with stetho. Raises ModelError."""
    return MurmurModel.load(find_model(folder=config.models))
