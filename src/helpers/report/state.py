"""What is up to date, and what the last rendering of each page said.

Input are the inputs of each page (files by content, everything else by a digest), output whether
it must be rendered again. The comparing and storing is doit's: its dependency database lies in
``reports/.state``. One run at a time may use it.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doit.dependency import DatabaseException, Dependency, SqliteDB
from doit.task import Task
from doit.tools import config_changed

from helpers.report.template import ReportError


@dataclass(frozen=True)
class Inputs:
    """All that a page depends on.

    Attributes
    ----------
    files : tuple of Path
        What it reads. Compared by content; a file more or less counts as a change.
    outputs : tuple of Path
        What rendering it writes besides the page: must stay as it was written.
    digests : dict of str to str
        Template, library, lock file, parameters.
    page : Path
        Rendered again where it is missing.
    """

    files: tuple[Path, ...]
    outputs: tuple[Path, ...]
    digests: dict[str, str]
    page: Path

    def stamps(self) -> dict[Path, tuple[int, int]]:
        """Time and size of each file read, to see later that nobody wrote to it meanwhile.

        A file that is gone, or a link to nothing, is left out: reading it is what fails.
        """
        there = (p for p in self.files if p.exists())
        return {p: (s.st_mtime_ns, s.st_size) for p in there for s in [p.stat()]}


class State:
    """The memory of the runner between runs.

    Parameters
    ----------
    folder : Path
        Made if missing.

    Raises
    ------
    ReportError
        If another run is using it, or it cannot be read or written, now or later.
    OSError
        If the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # The number changes with what is kept: pages of an older kind are rendered again.
        self._database = str(folder / "pages-1.sqlite")
        # A lock the system releases whatever becomes of this process, on every platform.
        try:
            self._lock = sqlite3.connect(folder / "lock.sqlite", timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise ReportError(f"{folder}: {error}.") from error
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._lock.close()
            busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            where, what = folder.parent, "another run is rendering into this folder"
            message = f"{where}: {what}." if busy else f"{folder}: {error}."
            raise ReportError(message) from error

    def close(self) -> None:
        """Let other runs in."""
        self._lock.close()

    def outdated(self, inputs: dict[str, Inputs]) -> set[str]:
        """Tell which of the pages must be rendered again.

        Parameters
        ----------
        inputs : dict of str to Inputs
            By the name of the page.

        Returns
        -------
        set of str
        """
        with self._open() as dependency:
            tasks = [_task(name, i) for name, i in inputs.items()]
            return {t.name for t in tasks if dependency.get_status(t, {}).status != "up-to-date"}

    def save_success(self, name: str, inputs: Inputs, record: dict[str, Any]) -> None:
        """Remember that a page was rendered from these inputs, and what it said."""
        task = _task(name, inputs)
        with self._open() as dependency:
            dependency.get_status(task, {})  # computes the digest that is saved next
            task.save_extra_values()
            dependency.backend.remove(name)
            dependency.save_success(task)
            dependency.backend.set(name, "record:", record)

    def save_failure(self, name: str, record: dict[str, Any]) -> None:
        """Remember that a page must be rendered again, and why it could not be."""
        with self._open() as dependency:
            dependency.backend.remove(name)
            dependency.backend.set(name, "record:", record)

    def amend(self, name: str, record: dict[str, Any]) -> None:
        """Correct what is remembered of a page that stays as it is."""
        with self._open() as dependency:
            dependency.backend.get(name, "record:")  # loads what is stored beside it
            dependency.backend.set(name, "record:", record)

    def records(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Read what was remembered of pages."""
        with self._open() as dependency:
            found = {name: dependency.backend.get(name, "record:") for name in names}
        return {name: record for name, record in found.items() if record}

    @contextmanager
    def _open(self) -> Iterator[Dependency]:
        try:
            with closing(Dependency(SqliteDB, self._database)) as dependency:
                yield dependency
        except DatabaseException as error:
            message = f"{self._database}: damaged; delete it, and everything is rendered again."
            raise ReportError(message) from error
        except sqlite3.Error as error:  # a full disk, or a folder made unwritable
            raise ReportError(f"{self._database}: {error}.") from error


def _task(name: str, inputs: Inputs) -> Task:
    return Task(
        name,
        None,
        file_dep=[str(p) for p in inputs.files + inputs.outputs],
        targets=[str(inputs.page)],
        uptodate=[config_changed(inputs.digests)],
    )


def digest_files(paths: Iterable[Path], base: Path) -> str:
    """Hash the contents and relative names of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(base).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def digest_library() -> str:
    """Hash the source and the reference data of this library, wherever it is installed."""
    package = Path(__file__).resolve().parent.parent
    paths = [p for p in list_files(package) if p.suffix != ".pyc"]
    return digest_files(paths, package)


def list_files(folder: Path) -> list[Path]:
    """List the files below a folder, hidden ones left out."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        found += [Path(parent) / n for n in names if not n.startswith(".")]
    return sorted(found)
