"""Copies of this process: a fork is a whole world, moto's and X's with it, that can be spoilt and thrown away."""

import gc
import os
import pickle
import traceback
import warnings
from collections.abc import Callable, Mapping
from typing import NoReturn

WORKERS = os.cpu_count() or 1


class Copies:
    """Copies that run side by side, as many as there are processors; each ends by telling what it found."""

    def __init__(self) -> None:
        self._readers: dict[int, int] = {}
        self._pipe = -1
        self._told: list[str] = []

    def fork(self) -> bool:
        """True in the copy, which has to end with `tell`."""
        while len(self._readers) >= WORKERS:
            self._collect_one()
        reader, writer = os.pipe()
        with warnings.catch_warnings():
            # Other threads, where pytest has any, wait for its controller and hold no lock that a copy needs.
            warnings.simplefilter("ignore", DeprecationWarning)
            copy = os.fork()
        if copy == 0:
            os.close(reader)
            self._pipe = writer
            # A copy lives for seconds, and collecting would make it copy all of its memory.
            gc.disable()
            return True
        os.close(writer)
        self._readers[copy] = reader
        return False

    def tell(self, found: list[str]) -> NoReturn:
        """Ends the copy."""
        with os.fdopen(self._pipe, "wb") as pipe:
            pickle.dump(found, pipe)
        os._exit(0)

    def collect(self) -> list[str]:
        """The findings of all copies, once they have ended."""
        while self._readers:
            self._collect_one()
        return self._told

    def _collect_one(self) -> None:
        copy, reader = next(iter(self._readers.items()))
        with os.fdopen(reader, "rb") as pipe:
            told = pipe.read()
        os.waitpid(copy, 0)
        del self._readers[copy]
        self._told += pickle.loads(told) if told else ["a copy ended without a word"]


def side_by_side(jobs: Mapping[str, Callable[[], list[str]]]) -> list[str]:
    """Each job in a copy of its own; what they found, each with its job's name."""
    copies = Copies()
    for name, job in jobs.items():
        if copies.fork():
            copies.tell([f"{name}: {one}" for one in tried(job)])
    return copies.collect()


def tried(job: Callable[[], list[str]]) -> list[str]:
    """The job's findings; an exception is a finding."""
    try:
        return job()
    except BaseException:  # noqa: BLE001  a copy must not go on as if it were the original
        return [traceback.format_exc()]
