"""A PostgreSQL server of a test's own, that may be stopped and started under the feet of what uses it."""

import glob
import os
import pwd
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import _free_port


class PostgresServer:
    """A throw-away cluster in `folder` on a free loopback port."""

    def __init__(self, folder: Path) -> None:
        self.bin = max(glob.glob("/usr/lib/postgresql/*/bin"))
        self.cluster = folder / "cluster"
        self.port = _free_port()
        self.options: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self.options |= {"user": account.pw_uid, "group": account.pw_gid, "cwd": str(folder)}
        arguments = ["-N", "-U", "postgres", "-A", "trust", "-D", str(self.cluster)]
        subprocess.run([f"{self.bin}/initdb", *arguments], **self.options)
        self.settings = f"-F -p {self.port} -h 127.0.0.1 -k {folder}"
        self.log = folder / "log"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        words = ["-D", str(self.cluster), "-w", "-l", str(self.log), "-o", self.settings, "start"]
        subprocess.run([f"{self.bin}/pg_ctl", *words], **self.options)

    def stop(self) -> None:
        """At once, as when the machine loses its power: by the process id that the server wrote down."""
        pid_file = self.cluster / "postmaster.pid"
        if pid_file.exists():
            pid = int(pid_file.read_text().splitlines()[0])
            os.kill(pid, signal.SIGQUIT)
            while pid_file.exists() and _lives(pid):
                pass


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
