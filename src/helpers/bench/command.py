"""What ``make bench`` does: measure everything, print it, and keep it to compare with.

Place in the chain: last of this package.  Input: the collection.  Output: ``build/bench.json``.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from helpers.bench.digits import sweep_all
from helpers.bench.extraction import compare_extraction
from helpers.bench.timing import RUNS, SIZES, time_cleaning
from helpers.packaging import write_atomically
from helpers.sources import find_root


def bench(
    sizes: Sequence[int] = SIZES,
    runs: int = RUNS,
    most: int | None = None,
    pdf_folders: Sequence[Path] = (),
) -> Path:
    """Measure cleaning, reading PDF and the audit, print tables, and write ``build/bench.json``.

    Parameters
    ----------
    sizes, runs
        As for :func:`~helpers.bench.timing.time_cleaning`.
    most
        As for :func:`~helpers.bench.digits.sweep_all`.
    pdf_folders
        As for :func:`~helpers.bench.extraction.compare_extraction`.

    Returns
    -------
    Path
        The file written.  It is no clean file: it holds times, and differs from run to run.
    """
    root = find_root()
    report = {
        "machine": {"python": platform.python_version(), "system": platform.platform()},
        "runs": runs,
        **time_cleaning(sizes, runs),
        "extraction": compare_extraction(pdf_folders),
        "digits": [asdict(one) for one in sweep_all(most)],
    }
    path = root / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, json.dumps(report, indent=2) + "\n")
    print(f"\nwritten: {path.relative_to(root).as_posix()}")
    return path
