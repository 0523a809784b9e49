"""Settings, plan and run of a rendering.

Input are the templates in ``notebooks/`` and the disclosures in ``data/raw``; output the pages in
``reports/`` and, through the cleaning template, ``data/clean``. The disclosures are cleaned first;
analyses then run on those that could be.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from helpers.report.disclosure import describe_disclosure, find_disclosures
from helpers.report.notebook import AUDIT_TEMPLATE, Job, Outcome
from helpers.report.pages import remove_unfinished
from helpers.report.site import Entry, make_address, write_index
from helpers.report.source_page import SOURCE_PAGES
from helpers.report.state import Inputs, State, digest_files, digest_library, list_files
from helpers.report.template import (
    ReportError,
    Template,
    choose_templates,
    choose_values,
    nearest,
    read_templates,
)
from helpers.report.workers import run_jobs

CLEANING_TEMPLATE = "02_clean_disclosure"

Status = Literal["rendered", "up to date", "failed", "skipped"]


@dataclass(frozen=True)
class ReportSettings:
    """What to render, and how.

    Attributes
    ----------
    root : Path
        The repository: ``notebooks/`` and ``data/raw/`` are read, ``reports/`` is written.
    sources, templates : tuple of str
        Source identifiers, and names or numbers of templates; empty means all.
    parameters : mapping of str to object
        For every chosen template that has a parameter of the name: a Python value, or its text.
    jobs : int
        Notebooks rendered at a time.
    timeout : int
        Seconds for one notebook.
    force : bool
        Render what is up to date, too.
    """

    root: Path
    sources: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    timeout: int = 600
    force: bool = False

    def __post_init__(self) -> None:
        if self.jobs < 1 or self.timeout < 1:
            raise ReportError("The number of jobs and the seconds of the timeout start at 1.")


@dataclass(frozen=True)
class ReportTask:
    """One page to be: a template, and a disclosure (`source_id`) if it is about one."""

    template: Template
    source_id: str
    page: Path
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """``template`` or ``template/source_id``."""
        return f"{self.template.name}/{self.source_id}".rstrip("/")


@dataclass(frozen=True)
class ReportResult:
    """What came of one page.

    Attributes
    ----------
    name : str
        ``template`` or ``template/source_id``.
    status : {'rendered', 'up to date', 'failed', 'skipped'}
        Skipped: its disclosure could not be cleaned.
    page : Path
    reason : str
        One sentence if it failed or was skipped.
    seconds : float
        0 if it was not rendered now.
    title, result : str
        First heading, and the line of the cell tagged ``result``.
    rendered : str
        When the page now in place was made: ``2026-11-20 09:30``.
    version : str
        Of the library that made it.
    left_out : tuple of str
        Disclosures asked for that are not in it because they could not be cleaned.
    """

    name: str
    status: Status
    page: Path
    reason: str = ""
    seconds: float = 0.0
    title: str = ""
    result: str = ""
    rendered: str = ""
    version: str = ""
    left_out: tuple[str, ...] = ()


def run_reports(settings: ReportSettings, show_progress: bool = False) -> list[ReportResult]:
    """Render what is out of date, and the index.

    Parameters
    ----------
    settings : ReportSettings
    show_progress : bool
        Draw a progress bar on standard error.

    Returns
    -------
    list of ReportResult
        One for each page planned, cleaning first, then by name.

    Raises
    ------
    ReportError
        Before anything starts: an unknown source, template or parameter, a value of the wrong
        type, no notebooks, no disclosures, or another run in the same folder.
    """
    root = settings.root.resolve()
    templates, broken = read_templates(root / "notebooks")
    if CLEANING_TEMPLATE in broken:  # without it nothing else would be about today's documents
        raise ReportError(broken[CLEANING_TEMPLATE])
    sources, misnamed = _choose_sources(root, settings.sources)
    names = choose_templates([t.name for t in templates] + list(broken), settings.templates)
    # A lesson on a file of the reader's own is no report on the collection: only by name.
    chosen = [t for t in templates if t.name in names and (settings.templates or t.scope != "file")]
    values = choose_values(chosen, settings.parameters)
    reports = root / "reports"
    with closing(State(reports / ".state")) as state:
        remove_unfinished(reports)
        run = _Run(settings, root, state, show_progress)
        cleaning = [t for t in templates if t.name == CLEANING_TEMPLATE]
        # The pages the others link to come with every run, as cleaning does.
        linked = [t for t in templates if t.name == AUDIT_TEMPLATE and t not in chosen]
        analyses = [SOURCE_PAGES, *linked, *(t for t in chosen if t.name != CLEANING_TEMPLATE)]
        results = [_misnamed(reports, name) for name in misnamed]
        results += [_unreadable(reports, n, reason) for n, reason in broken.items() if n in names]
        with run.progress(_count_pages(cleaning + analyses, sources)):
            done = run.stage(_plan(reports, cleaning, sources, values), sources, ())
            clean = [s for s in sources if f"{CLEANING_TEMPLATE}/{s}" not in _failed(done)]
            left_out = tuple(s for s in [*sources, *misnamed] if s not in clean)
            planned = _plan(reports, analyses, sources, values)
            ready = [t for t in planned if _can_run(t, clean)]
            results += [*done, *run.stage(ready, clean, left_out)]
            results += run.skip([t for t in planned if t not in ready])
        _write_index(root, state, [*templates, SOURCE_PAGES], broken)
    return results


def _choose_sources(root: Path, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the chosen disclosures, and the folders that cannot be one by their name."""
    known, misnamed = find_disclosures(root)
    if not known:
        raise ReportError(f"{root / 'data' / 'raw'}: no disclosure in this folder.")
    for source_id in wanted:
        if source_id not in known:
            raise ReportError(f"Unknown source_id '{source_id}'; {nearest(source_id, known)}.")
    return ([s for s in known if s in wanted], []) if wanted else (known, misnamed)


def _plan(
    reports: Path, templates: Sequence[Template], sources: Sequence[str], values: dict[str, dict]
) -> list[ReportTask]:
    tasks = []
    for template in templates:
        given = values.get(template.name, {})
        if template.scope == "disclosure":
            folder = reports / template.name
            tasks += [ReportTask(template, s, folder / f"{s}.html", given) for s in sources]
        else:
            tasks.append(ReportTask(template, "", reports / f"{template.name}.html", given))
    return tasks


def _count_pages(templates: Sequence[Template], sources: Sequence[str]) -> int:
    return sum(len(sources) if t.scope == "disclosure" else 1 for t in templates)


def _can_run(task: ReportTask, clean: Sequence[str]) -> bool:
    return task.source_id in clean if task.source_id else bool(clean)


def _failed(results: Sequence[ReportResult]) -> set[str]:
    return {r.name for r in results if r.status == "failed"}


def _misnamed(reports: Path, folder: str) -> ReportResult:
    name = f"{CLEANING_TEMPLATE}/{folder}"
    reason = f"data/raw/{folder}: the name of a disclosure has only a-z, 0-9 and _"
    return ReportResult(name, "failed", reports / f"{name}.html", reason)


def _unreadable(reports: Path, template: str, reason: str) -> ReportResult:
    return ReportResult(template, "failed", reports / f"{template}.html", reason)


class _Run:
    """What the stages of one run share."""

    def __init__(
        self, settings: ReportSettings, root: Path, state: State, show_progress: bool
    ) -> None:
        self._settings = settings
        self._root = root
        self._state = state
        self._show_progress = show_progress
        self._version = _version()
        lock = [p for p in [root / "requirements.lock"] if p.is_file()]
        self._digests = {"library": digest_library(), "lock": digest_files(lock, root)}
        self._n_pages = 0
        self._n_done = 0
        self._bar: Any = None

    @contextmanager
    def progress(self, n_pages: int) -> Iterator[None]:
        """Keep a bar over all stages, drawn once there is something to do."""
        self._n_pages = n_pages
        try:
            yield
        finally:
            if self._bar is not None:
                self._bar.close()

    def stage(
        self, tasks: Sequence[ReportTask], sources: Sequence[str], left_out: tuple[str, ...]
    ) -> list[ReportResult]:
        """Render those of the tasks that are out of date, side by side."""
        by_name = {t.name: t for t in tasks}
        records = self._state.records(by_name)
        inputs = {t.name: self._inputs(t, sources) for t in tasks}
        outdated = set(inputs) if self._settings.force else self._state.outdated(inputs)
        stamps = {name: inputs[name].stamps() for name in outdated}
        results = {}
        for name in by_name.keys() - outdated:
            result = _from_record(by_name[name], "up to date", records[name])
            missing = left_out if by_name[name].template.scope == "comparison" else ()
            if result.left_out != missing:  # asked for more, or for fewer, than when it was made
                result = replace(result, left_out=missing)
                self._state.amend(name, {**records[name], "left_out": missing})
            results[name] = result
        self._advance(len(results))
        jobs = [self._job(t, sources) for t in tasks if t.name in outdated]
        for job, outcome in run_jobs(jobs, self._settings.jobs, self._show_running):
            task = by_name[job.name]
            result = self._result(task, outcome, records.get(job.name, {}), left_out)
            results[job.name] = result
            now = self._inputs(task, sources)
            if result.status == "failed" or now.stamps() != stamps[job.name]:
                # An input that was written to meanwhile may or may not be in the page: again.
                self._state.save_failure(job.name, _to_record(result))
            else:
                self._state.save_success(job.name, now, _to_record(result))
            self._advance(1)
        return [results[t.name] for t in tasks]

    def skip(self, tasks: Sequence[ReportTask]) -> list[ReportResult]:
        """Leave out pages whose disclosures could not be cleaned; older ones count as outdated."""
        records = self._state.records(t.name for t in tasks)
        results = []
        for task in tasks:
            what = "its disclosure was not" if task.source_id else "no disclosure was"
            kept = _from_record(task, "skipped", records.get(task.name, {}))
            results.append(replace(kept, reason=f"{what} cleaned"))
            self._state.save_failure(task.name, _to_record(results[-1]))
        self._advance(len(tasks))
        return results

    def _inputs(self, task: ReportTask, sources: Sequence[str]) -> Inputs:
        about = [task.source_id] if task.source_id else list(sources)
        raw, clean = (
            tuple(p for s in about for p in list_files(self._root / "data" / stage / s))
            for stage in ("raw", "clean")
        )
        cleans = task.template.name == CLEANING_TEMPLATE
        own: tuple[Path, ...] = ()
        if task.template.scope == "file":
            path = task.values.get("path", task.template.parameters["path"].default)
            own = tuple(p for p in [self._root / path] if p.is_file())
        return Inputs(
            files=raw if cleans else raw + clean + own,
            outputs=clean if cleans else (),
            digests={
                **self._digests,
                "template": task.template.digest,
                "parameters": repr((task.values, about)),
            },
            page=task.page,
        )

    @staticmethod
    def _about(task: ReportTask, sources: Sequence[str]) -> tuple[str, ...]:
        if task.template.scope == "file":
            return ()
        return (task.source_id,) if task.source_id else tuple(sources)

    def _job(self, task: ReportTask, sources: Sequence[str]) -> Job:
        about: dict[str, dict[str, Any]] = {
            "disclosure": {"source_id": task.source_id},
            "comparison": {"source_ids": list(sources)},
            "file": {},
            "once": {},
        }
        return Job(
            name=task.name,
            notebook=task.template.notebook,
            parameters={**task.values, **about[task.template.scope]},
            source_id=task.source_id,
            sources=self._about(task, sources),
            root=self._root,
            page=task.page,
            log=self._root / "reports" / "logs" / f"{task.name}.log",
            timeout=self._settings.timeout,
            version=self._version,
        )

    def _result(
        self, task: ReportTask, outcome: Outcome, old: dict[str, Any], left_out: tuple[str, ...]
    ) -> ReportResult:
        if outcome.reason:
            kept = _from_record(task, "failed", old)
            return replace(kept, reason=outcome.reason, seconds=outcome.seconds)
        return ReportResult(
            name=task.name,
            status="rendered",
            page=task.page,
            seconds=outcome.seconds,
            title=outcome.title,
            result=outcome.result,
            rendered=datetime.now().strftime("%Y-%m-%d %H:%M"),
            version=self._version,
            left_out=left_out if task.template.scope == "comparison" else (),
        )

    def _show_running(self, names: list[str]) -> None:
        if self._show_progress:
            self._draw().set_postfix_str(", ".join(names))

    def _advance(self, n_pages: int) -> None:
        self._n_done += n_pages
        if self._bar is not None:
            self._bar.update(n_pages)

    def _draw(self) -> Any:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=self._n_pages,
                initial=self._n_done,
                file=sys.stderr,
                bar_format="{n_fmt}/{total_fmt} |{bar:20}| {elapsed} {postfix}",
                dynamic_ncols=True,
            )
        return self._bar


def _version() -> str:
    # Imported late: the package imports this module on its own way up.
    from helpers import __version__

    return __version__


def _to_record(result: ReportResult) -> dict[str, Any]:
    return {k: v for k, v in asdict(result).items() if k not in ("name", "page")}


def _from_record(task: ReportTask, status: Status, record: dict[str, Any]) -> ReportResult:
    """Recall what the page that stands there says, without the seconds and reasons of its time."""
    kept = {k: record[k] for k in ("title", "result", "rendered", "version") if k in record}
    left_out = tuple(record.get("left_out", ()))
    return ReportResult(task.name, status, task.page, left_out=left_out, **kept)


def _write_index(
    root: Path, state: State, templates: Sequence[Template], broken: Mapping[str, str]
) -> None:
    """List all there is, also what this run was not asked for."""
    reports = root / "reports"
    sources, misnamed = find_disclosures(root)
    tasks = _plan(reports, templates, sources, {})
    records = state.records(t.name for t in tasks)
    found = [
        replace(_from_record(t, r["status"], r), reason=r["reason"])
        for t in tasks
        if (r := records.get(t.name))
    ]
    found += [_misnamed(reports, name) for name in misnamed]
    found += [_unreadable(reports, name, reason) for name, reason in broken.items()]
    entries = []
    for result in found:
        template, _, source_id = result.name.partition("/")
        entries.append(
            Entry(
                template=template,
                source_id=source_id,
                status=result.status,
                title=result.title or template,
                result=result.result,
                rendered=result.rendered,
                version=result.version,
                reason=result.reason,
                left_out=result.left_out,
                address=make_address(result.page, reports) if result.page.is_file() else "",
            )
        )
    disclosures = [describe_disclosure(root, s) for s in sources]
    write_index(reports / "index.html", entries, disclosures, _version())
