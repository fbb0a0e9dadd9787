"""A folder: each job becomes one file, whole or not at all. For tests, training and archives.

The address is a name below the agent's own output folder; the server's configuration cannot point anywhere else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

from printing.problems import LineCut, NotReached


class FolderLine:
    """One folder as the way to a printer."""

    def __init__(self, address: str, root: Path) -> None:
        self._folder = (root / address).resolve()
        if Path(address).is_absolute() or not self._folder.is_relative_to(root.resolve()):
            raise NotReached(f"Expected a folder name below {root}, got {address!r}.")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as cause:
            raise NotReached(f"Expected a folder {self._folder} that can be written, got {cause}.") from cause

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def ask(self, query: bytes, complete: Callable[[bytes], bool], answer_s: float) -> bytes:
        """A folder answers nothing."""
        return b""

    def check(self, payload: bytes) -> None:
        """Cannot be asked on this way."""

    def send(self, payload: bytes, name: str) -> None:
        """Write a part file, then give it its name."""
        part = self._folder / f".{name}.part"
        try:
            with part.open("wb") as file:
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
        except OSError as cause:
            raise LineCut(f"Expected to write {name} in {self._folder}, got {cause}.") from cause

    def finish(self, closes_line: bool) -> None:
        """A file with its name is finished."""
