"""Ways to a printer, one file each: `open_line(address, place)` gives a Line for one job or one question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self

from printing.problems import NotReached
from printing.transports import device, folder, ipp, tcp


class Line(Protocol):
    """An open way to a printer, used for one job and closed."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def ask(self, query: bytes, complete: Callable[[bytes], bool], answer_s: float) -> bytes:
        """Send a question, return what came until `complete` or the time is over (b"" = silence)."""
        ...

    def check(self, payload: bytes) -> None:
        """Ask whether the printer would take the job, where it can be asked; raises UnfitJob when it says no."""
        ...

    def send(self, payload: bytes, name: str) -> None:
        """Write the whole job; raises LineCut when the line breaks."""
        ...

    def finish(self, closes_line: bool) -> None:
        """Say that the job is over and wait until the printer has taken it; raises LineCut when it does not."""
        ...


def open_line(
    transport: str,
    address: str,
    folder_root: Path,
    limits_s: tuple[float, float, float] = (tcp.CONNECT_S, tcp.SEND_S, tcp.CLOSE_S),
) -> Line:
    """Open the way to a printer; `limits_s` for connecting, sending, closing. Raises NotReached when there is none."""
    if transport == "folder":
        return folder.FolderLine(address, folder_root)
    if transport == "device":
        return device.DeviceLine(address, *limits_s[1:])
    if transport == "ipp":
        return ipp.IppLine(address, *limits_s)
    if transport != "tcp":
        raise NotReached(
            f"Expected the transport tcp, device, ipp or folder, got {transport!r}; is this agent too old?"
        )
    return tcp.TcpLine(address, *limits_s)
