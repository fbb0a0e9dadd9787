"""The pool of reading children: it answers, it limits, and it outlives a child."""

import asyncio
import io
import os
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from PIL import Image

from backend.scanning.api import PhotoReader, read_photo
from tests.scanning_photos import pictures

T = TypeVar("T")
LABEL = pictures.as_file(pictures.on_table(pictures.drawn_qr("pool"), 400, 400))
# Large and noisy: the chain goes through all its steps, which takes far more than the time a test allows it.
GRAVEL = pictures.as_file(pictures.texture(2400, 1800, 5), "jpeg", quality=60)

pytestmark = pytest.mark.filterwarnings("error")


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def test_a_child_reads_and_is_used_again() -> None:
    """Two pictures, one child; the refusal of a bad header needs none."""

    async def story() -> None:
        reader = PhotoReader(children=1)
        try:
            assert "PHOTO_KIND" == (await read_photo(reader, b"GIF89a...")).refusal.code
            assert [] == reader._idle
            assert ["pool"] == [code.text for code in (await read_photo(reader, LABEL)).codes]
            first = reader._idle[0].process.pid
            assert ["pool"] == [code.text for code in (await read_photo(reader, LABEL)).codes]
            assert first == reader._idle[0].process.pid
        finally:
            await reader.close()

    _run(story())


def test_a_child_makes_a_proof_fit_to_be_kept_and_reads_on() -> None:
    """Kept small, and the limits hold for it, too; hostile bytes are refused before a child is asked."""

    async def story() -> None:
        wide = pictures.as_file(pictures.on_table(pictures.drawn_qr("proof"), 2000, 700), "png")
        reader = PhotoReader(children=1)
        try:
            assert "PHOTO_KIND" == (await reader.kept(b"GIF89a...")).refusal.code
            assert [] == reader._idle
            kept = (await reader.kept(wide)).jpeg
            assert (1600, 560) == Image.open(io.BytesIO(kept)).size
            assert ["proof"] == [code.text for code in (await reader.read(kept)).codes]
        finally:
            await reader.close()
        starved = PhotoReader(children=1, memory_bytes=95 * 1024 * 1024)
        try:
            large = pictures.as_file(pictures.on_table(pictures.drawn_qr("large"), 3900, 3900), "png")
            assert "PHOTO_TOO_HARD" == (await starved.kept(large)).refusal.code
        finally:
            await starved.close()

    _run(story())


def test_too_much_time_ends_the_child_and_refuses_the_picture() -> None:
    """The next picture is read by a new child."""

    async def story() -> None:
        wide = pictures.as_file(pictures.texture(3990, 3990, 5), "jpeg", quality=90)
        reader = PhotoReader(children=1, cpu_s=0.01)  # unpacking the wide one takes ten times as long
        try:
            assert "PHOTO_TOO_HARD" == (await reader.read(wide)).refusal.code
            reader._limits = ("60", reader._limits[1])  # however slow the machine: it is a new child that reads
            assert ["pool"] == [code.text for code in (await reader.read(LABEL)).codes]
        finally:
            await reader.close()

    _run(story())


def test_too_much_memory_refuses_the_picture() -> None:
    """A child that may hold little refuses what a child with the usual limit reads."""

    async def story() -> None:
        large = pictures.as_file(pictures.on_table(pictures.drawn_qr("large"), 3900, 3900), "png")
        for memory_bytes, expected in ((95 * 1024 * 1024, None), (300 * 1024 * 1024, "large")):
            reader = PhotoReader(children=1, memory_bytes=memory_bytes)
            try:
                answer = await reader.read(large)
            finally:
                await reader.close()
            assert expected == (answer.codes[0].text if answer.codes else None)
            assert (expected is None) == (answer.refusal is not None)

    _run(story())


def test_a_child_that_dies_between_pictures_is_replaced() -> None:
    """The next picture does not notice."""

    async def story() -> None:
        reader = PhotoReader(children=1)
        try:
            await reader.read(LABEL)
            child = reader._idle[0].process
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()
            assert ["pool"] == [code.text for code in (await reader.read(LABEL)).codes]
        finally:
            await reader.close()

    _run(story())


def test_a_caller_who_leaves_does_not_leave_his_answer_behind() -> None:
    """Cancelled in the middle: the next picture gets its own answer, not the one before."""

    async def story() -> None:
        reader = PhotoReader(children=1)
        try:
            await reader.read(LABEL)
            leaving = asyncio.create_task(reader.read(GRAVEL))
            for _ in range(3):
                await asyncio.sleep(0)
            assert [] == reader._idle
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            assert ["pool"] == [code.text for code in (await reader.read(LABEL)).codes]
        finally:
            await reader.close()

    _run(story())


def test_more_pictures_than_children_wait_their_turn() -> None:
    """Six at once with two children: all are answered, two children were started."""

    async def story() -> None:
        reader = PhotoReader(children=2)
        try:
            answers = await asyncio.gather(*(reader.read(LABEL) for _ in range(6)))
            assert [["pool"]] * 6 == [[code.text for code in answer.codes] for answer in answers]
            assert len(reader._idle) <= 2
        finally:
            await reader.close()

    _run(story())
