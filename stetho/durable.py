"""What is asked of the disk itself, so that it is there after a power loss."""

import os
from pathlib import Path


def make_durable(path: Path) -> None:
    """Asks the disk to keep a file, or a folder's entries. Raises OSError; a system that can't do folders is left alone."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except PermissionError:
        if path.is_dir():  # Windows opens no folders, and needs none of this
            return
        raise
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
