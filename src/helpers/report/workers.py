"""Run jobs in processes of their own, so that the worst notebook costs only itself.

Input are `Job`s, output pairs of job and `Outcome` as they finish. Each worker imports Jupyter
once and then renders one notebook after the other, each in a fresh kernel; a worker that dies or
hangs is replaced. Processes are spawned, which works on every platform and forks no threads.
"""

import multiprocessing
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from helpers.report.notebook import Job, Outcome, render_notebook
from helpers.report.source_page import render_source_page

# What starting Jupyter and a kernel may add to the time a notebook is given, on a busy machine.
_GRACE_SECONDS = 90


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    job: Job | None = None
    started: float = 0.0

    def remaining(self, now: float) -> float:
        assert self.job is not None
        return self.started + self.job.timeout + _GRACE_SECONDS - now


def run_jobs(
    jobs: Sequence[Job], n_workers: int, on_change: Callable[[list[str]], None]
) -> Iterator[tuple[Job, Outcome]]:
    """Render notebooks side by side.

    Parameters
    ----------
    jobs : sequence of Job
    n_workers : int
        How many at a time.
    on_change : callable
        Called with the names of the running jobs whenever they change.

    Yields
    ------
    (Job, Outcome)
        In the order in which they finish.
    """
    waiting = deque(jobs)
    idle: list[_Worker] = []
    busy: list[_Worker] = []
    # Made here, so that it is removed whatever becomes of the workers.
    scratch = tempfile.TemporaryDirectory(prefix="hp-", ignore_cleanup_errors=True)
    try:
        while waiting or busy:
            while waiting and len(busy) < n_workers:
                worker = idle.pop() if idle else _start_worker(Path(scratch.name))
                worker.job, worker.started = waiting.popleft(), time.monotonic()
                worker.connection.send(worker.job)
                busy.append(worker)
                on_change([w.job.name for w in busy if w.job])
            for worker, outcome in _finished(busy):
                busy.remove(worker)
                if worker.process.is_alive():
                    idle.append(worker)
                assert worker.job is not None
                yield worker.job, outcome
                on_change([w.job.name for w in busy if w.job])
    finally:
        for worker in [*idle, *busy]:
            _stop(worker)
        scratch.cleanup()


def _start_worker(scratch: Path) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, scratch), daemon=True)
    process.start()
    theirs.close()  # so that the end of the worker is the end of the pipe
    return _Worker(process, ours)


def _serve(connection: Connection, scratch: Path) -> None:
    # An interrupt from the keyboard reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        # A job without a notebook asks for the lines of the document instead.
        done = render_notebook(job, scratch) if job.notebook else render_source_page(job)
        connection.send(done)


def _finished(busy: list[_Worker]) -> Iterator[tuple[_Worker, Outcome]]:
    """Wait until at least one worker has an answer, has died or is over its time."""
    timeout = min(w.remaining(time.monotonic()) for w in busy)
    ready = wait([w.connection for w in busy], timeout=max(0.0, timeout))
    now = time.monotonic()
    for worker in list(busy):
        assert worker.job is not None
        if worker.connection in ready:
            try:
                yield worker, worker.connection.recv()
            except (EOFError, ConnectionResetError):
                _stop(worker)
                reason = f"the rendering process died (exit code {worker.process.exitcode})"
                yield worker, Outcome(reason=reason, seconds=now - worker.started)
        elif worker.remaining(now) <= 0:
            _stop(worker)
            reason = f"not finished after {worker.job.timeout} s, and not to be interrupted"
            yield worker, Outcome(reason=reason, seconds=now - worker.started)


def _stop(worker: _Worker) -> None:
    """End a worker: gently if it waits, by force if it works."""
    worker.connection.close()
    worker.process.join(timeout=0.5)
    if worker.process.is_alive():
        worker.process.terminate()  # nbclient shuts its kernel down on this signal
        worker.process.join(timeout=5)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
