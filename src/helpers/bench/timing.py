"""Time and memory of cleaning: the filed disclosures, and made-up ones of growing length.

Place in the chain: behind ``make bench``.  Input: the collection.  Output: a table on the terminal,
and the same as values.

Each document is cleaned in a process of its own, so that one's memory and caches are not another's;
the time is the median of some runs, from opening the file to the last clean file written, without
the start of Python.  The peak counts all of the process, libraries included.
"""

from __future__ import annotations

import math
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from helpers.bench.department import Department, make_up_department
from helpers.bench.made_up import budget_text, final_accounts_text
from helpers.disclosure import clean
from helpers.sources import find_root, list_sources, read_source

SIZES = (1, 5, 10, 25, 50)
RUNS = 3

_LAYOUTS: dict[str, Callable[[Department], str]] = {
    "budget": budget_text,
    "final": final_accounts_text,
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """What cleaning one document took.

    Attributes
    ----------
    name
        ``source_id``, or kind and size of a made-up document.
    megabytes
        Of the document, in millions of bytes.
    seconds
        Median of the runs.
    peak_megabytes
        Largest memory of the process; None where the system does not tell.
    """

    name: str
    megabytes: float
    seconds: float
    peak_megabytes: float | None


def _peak_megabytes() -> float | None:
    try:
        # getrusage would do on Linux too, but there a process starts with its parent's peak.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    except OSError:
        pass
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _measure(name: str, place: Path, size: int, runs: int) -> Measurement:
    seconds = []
    with tempfile.TemporaryDirectory() as out:
        for _ in range(runs):
            start = time.perf_counter()
            clean(place, out)
            seconds.append(time.perf_counter() - start)
    return Measurement(name, size / 1e6, statistics.median(seconds), _peak_megabytes())


def measure(name: str, place: Path, runs: int = RUNS) -> Measurement:
    """Clean a document in a new process and measure it.

    Parameters
    ----------
    name
        For the table.
    place
        A filed folder or a readable file.
    runs
        How often.

    Raises
    ------
    DisclosureError
        If the document cannot be cleaned.
    """
    path = read_source(place).path if place.is_dir() else place
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        return pool.submit(_measure, name, place, path.stat().st_size, runs).result()


def growth(measurements: Sequence[Measurement]) -> float:
    """Return the power of the length with which the time grows: 1 is linear, 2 is quadratic.

    Fitted to the logarithms by least squares.

    Examples
    --------
    >>> growth([Measurement("a", 1, 0.1, None), Measurement("b", 10, 1.0, None)])
    1.0
    """
    sizes = [math.log(item.megabytes) for item in measurements]
    times = [math.log(item.seconds) for item in measurements]
    return round(statistics.linear_regression(sizes, times).slope, 2)


def _table(measurements: Iterable[Measurement]) -> str:
    rows = [f"{'document':<38}{'MB':>8}{'seconds':>9}{'s per MB':>10}{'peak MB':>9}"]
    for item in measurements:
        peak = "-" if item.peak_megabytes is None else f"{item.peak_megabytes:.0f}"
        per_megabyte = item.seconds / item.megabytes
        rows.append(
            f"{item.name:<38}{item.megabytes:>8.3f}{item.seconds:>9.3f}"
            f"{per_megabyte:>10.2f}{peak:>9}"
        )
    return "\n".join(rows)


def time_cleaning(sizes: Sequence[int] = SIZES, runs: int = RUNS) -> dict[str, Any]:
    """Measure all disclosures and print a table.

    Parameters
    ----------
    sizes
        Lengths of the made-up documents, in times the usual; at least two.
    runs
        How often each document is cleaned.

    Returns
    -------
    dict
        ``filed``: a measurement per disclosure; ``made_up``: by kind, the measurements and the
        power to which time grows with the length.
    """
    root = find_root()
    filed = [measure(name, root / "data" / "raw" / name, runs) for name in list_sources()]
    print(_table(filed), flush=True)
    made_up: dict[str, list[Measurement]] = {kind: [] for kind in _LAYOUTS}
    with tempfile.TemporaryDirectory() as folder:
        for kind, write in _LAYOUTS.items():
            for size in sizes:
                path = Path(folder) / f"made_up_2024_{kind}_{size}.txt"
                path.write_text(write(make_up_department(size)), encoding="utf-8")
                name = f"made-up {kind}, {size} times as long"
                made_up[kind].append(measure(name, path, runs))
            print(f"\n{_table(made_up[kind])}")
            print(f"time grows with the length to the power of {growth(made_up[kind])}", flush=True)
    return {
        "filed": [asdict(item) for item in filed],
        "made_up": {
            kind: {"growth": growth(items), "documents": [asdict(item) for item in items]}
            for kind, items in made_up.items()
        },
    }
