"""Where the recordings of stored results are looked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath


@dataclass(frozen=True, slots=True)
class Places:
    """results: the file of results. audio: the folder in which alone recordings are looked for, if one was named."""

    results: Path
    audio: Path | None = None

    def find(self, name: str) -> Path | None:
        """The recording of that name: a plain file, and where a folder was named, one that lies in it.

        In the folder it is looked for by the whole name and by its last part. Without one, as the name says and beside
        the results.
        """
        return next((place for place in self._candidates(name) if _is_file(place)), None)

    def _candidates(self, name: str) -> Iterator[Path]:
        path = Path(name)
        if self.audio is None:
            yield path
            yield self.results.parent / path
            return
        if not path.is_absolute() and ".." not in path.parts:
            yield self.audio / path
        for last in (path.name, PureWindowsPath(name).name):
            if last not in {"", ".."}:
                yield self.audio / last


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()  # no pipe or device, which would be waited for
    except (OSError, ValueError):  # a name that no file system takes
        return False
