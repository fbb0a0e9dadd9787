"""Reading pictures outside the server: child processes with a limit on time and memory, and the pool that feeds them.

A picture from a phone goes through decoders written in C. What goes wrong there, be it a crash, an endless loop or a
flood of memory, ends one child and refuses one picture; the server does not notice. A child is told nothing but the
picture: no settings, no database, no files to write.

Parent and child speak msgpack frames, each preceded by its length in four bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from backend.scanning.photo_answers import KeptPhoto, PhotoAnswer
from backend.scanning.photo_limits import PhotoRefusal, inspect, too_hard

CPU_S = 2.0
MEMORY_BYTES = 300 * 1024 * 1024
WEARY_SHARE = 0.6
"""Share of the time after which no further step is begun: what was read so far is told, rather than nothing."""
WAIT_S = 10.0
"""Longest wait for an answer by the clock: a busy machine may need more than the 2 s of work."""
PICTURES_PER_CHILD = 500

_LENGTH = struct.Struct(">I")
_ROOT = str(Path(__file__).resolve().parents[2])


Answer = TypeVar("Answer")


class _Question(msgspec.Struct, frozen=True):
    picture: bytes
    known: tuple[str, ...] = ()
    to_keep: bool = False


# --- the server's side -------------------------------------------------------------------------------------------


class PhotoReader:
    """A pool of reading children. One for the life of the server; `close` it at the end.

    Each picture gets `cpu_s` of processor time, each child `memory_bytes`.
    """

    def __init__(self, children: int = 2, *, cpu_s: float = CPU_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._limits = (str(cpu_s), str(memory_bytes))
        self._room = asyncio.Semaphore(children)
        self._idle: list[_Child] = []
        self._closed = False

    async def read(self, picture: bytes, known: Iterable[str] = ()) -> PhotoAnswer:
        """All codes of a picture file, or why it is not read. `known`: codes that may break a tie."""
        header = inspect(picture)
        if isinstance(header, PhotoRefusal):
            return PhotoAnswer(refusal=header)
        return await self._asked(_Question(picture, tuple(known)), PhotoAnswer) or PhotoAnswer(refusal=too_hard())

    async def kept(self, picture: bytes) -> KeptPhoto:
        """The picture as it is kept for a person: shrunk, upright, without the camera's remarks."""
        header = inspect(picture)
        if isinstance(header, PhotoRefusal):
            return KeptPhoto(refusal=header)
        return await self._asked(_Question(picture, to_keep=True), KeptPhoto) or KeptPhoto(refusal=too_hard())

    async def _asked(self, question: _Question, kind: type[Answer]) -> Answer | None:
        """A child's answer, or None where the picture was too much for it."""
        asked = msgspec.msgpack.encode(question)
        async with self._room:
            child = await self._living()
            try:
                answer = await asyncio.wait_for(child.asked(asked, kind), WAIT_S)
            except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
                await child.ended()
                return None
            except BaseException:
                # The caller has gone away. A child that still answers would answer the next picture with this one.
                await child.ended()
                raise
            if self._closed or child.pictures >= PICTURES_PER_CHILD:
                await child.ended()
            else:
                self._idle.append(child)
            return answer

    async def ready(self) -> None:
        """Start a child and let it load its readers, so that the first picture does not wait for that."""
        async with self._room:
            child = await self._living()
            try:
                await asyncio.wait_for(child.asked(msgspec.msgpack.encode(_Question(b"")), PhotoAnswer), WAIT_S)
            except BaseException:
                await child.ended()
                raise
            self._idle.append(child)

    async def _living(self) -> _Child:
        """An idle child that has not died meanwhile, or a new one."""
        while self._idle:
            child = self._idle.pop()
            if child.process.returncode is None:
                return child
            await child.ended()
        return await _Child.started(self._limits)

    async def close(self) -> None:
        """End all children; a picture in work is finished first."""
        self._closed = True
        while self._idle:
            await self._idle.pop().ended()


class _Child:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.pictures = 0

    @classmethod
    async def started(cls, limits: tuple[str, str]) -> _Child:
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
        # One thread each: the pool is as wide as it should be, and idle threads of a matrix library cost memory.
        single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "backend.scanning.photo_worker",
            *limits,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**kept, **single, "PYTHONPATH": _ROOT},
        )
        return cls(process)

    async def asked(self, question: bytes, kind: type[Answer]) -> Answer:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.pictures += 1
        self.process.stdin.write(_LENGTH.pack(len(question)) + question)
        await self.process.stdin.drain()
        (length,) = _LENGTH.unpack(await self.process.stdout.readexactly(_LENGTH.size))
        return msgspec.msgpack.decode(await self.process.stdout.readexactly(length), type=kind)

    async def ended(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        # Draining both pipes lets the transport close; without it the loop complains at its end.
        await self.process.communicate()


# --- the child's side --------------------------------------------------------------------------------------------


def _limit_memory(memory_bytes: int) -> None:
    """Anonymous memory, not address space: the libraries map far more than they use."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _limit_time(seconds: float) -> None:
    """The next picture may use this much processor time; then the system ends the process. 0 lifts the limit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _weary_after(seconds: float) -> Callable[[], bool]:
    """True once this thread has worked so long from now on."""
    end_s = time.thread_time() + seconds
    return lambda: time.thread_time() > end_s


def serve(source: BinaryIO, sink: BinaryIO, cpu_s: float) -> None:
    """Answer frames until the parent closes the pipe."""
    # Only the child loads the readers: the server stays small.
    from backend.scanning.photos import keep_picture, read_picture

    decode, encode = msgspec.msgpack.Decoder(_Question), msgspec.msgpack.Encoder()
    while True:
        head = source.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return
        question = decode.decode(source.read(_LENGTH.unpack(head)[0]))
        _limit_time(cpu_s)
        if question.to_keep:
            answer = encode.encode(keep_picture(question.picture))
        else:
            answer = encode.encode(read_picture(question.picture, question.known, _weary_after(WEARY_SHARE * cpu_s)))
        _limit_time(0)
        sink.write(_LENGTH.pack(len(answer)) + answer)
        sink.flush()


def main() -> None:
    """The child. Whatever a library prints goes to standard error, never between the frames."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    cpu_s, memory_bytes = float(sys.argv[1]), int(sys.argv[2])
    _limit_memory(memory_bytes)
    serve(sys.stdin.buffer, sink, cpu_s)


if __name__ == "__main__":
    main()
