"""The face of the runner on a command line: what is printed, and the exit status.

Input are `ReportSettings`; the summary goes to standard output, the progress bar and what went
wrong to standard error.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from helpers.report.runner import ReportResult, ReportSettings, Status, run_reports
from helpers.report.template import ReportError


def report_command(settings: ReportSettings) -> int:
    """Render, print a summary and return the exit status.

    Returns
    -------
    int
        0 if every page is there, 1 if one failed or was skipped, 2 if the settings were refused,
        130 if it was interrupted.
    """
    # A scheduler that stops us must not leave kernels behind: as if the user had pressed Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        results = run_reports(settings, show_progress=True)
    except ReportError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:  # no place to write to: as early as the state, as late as the index
        where = error.filename or settings.root / "reports"
        print(f"{where}: {error.strerror or error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; what was finished is kept.", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)
    index = settings.root / "reports" / "index.html"
    print(summarise(results, index))
    failures = [r for r in results if r.status in ("failed", "skipped")]
    for failure in failures:
        print(f"{failure.name} {failure.status}: {failure.reason}", file=sys.stderr)
    if any(r.status == "failed" for r in failures):
        print(f"Tracebacks: {index.parent / 'logs'}", file=sys.stderr)
    return 1 if failures else 0


def summarise(results: Sequence[ReportResult], index: Path) -> str:
    """Say what was done, with the seconds of each notebook that ran."""
    ran = [r for r in results if r.seconds]
    counts = {s: sum(r.status == s for r in results) for s in get_args(Status)}
    if counts["up to date"] == len(results):
        return f"All {len(results)} reports are up to date: {index}"
    width = max((len(r.name) for r in ran), default=0)
    lines = [f"{r.name:<{width}}  {r.seconds:6.1f} s  {r.status}" for r in ran]
    told = ", ".join(f"{n} {status}" for status, n in counts.items() if n)
    return "\n".join([*lines, f"{len(results)} reports: {told}. {index}"])
