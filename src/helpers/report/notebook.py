"""Execute one notebook in a kernel of its own and write it as a page.

Runs inside a worker process (`helpers.report.workers`). Input is a `Job`, output an `Outcome` and,
only if all went well, the page. Jupyter is imported inside the functions: whoever only asks what
is up to date should not wait for it.
"""

import ast
import contextlib
import html
import json
import math
import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.report.disclosure import describe_disclosure, find_disclosures
from helpers.report.pages import (
    TEMPLATES,
    PageError,
    link_findings,
    link_origins,
    readable_tables,
    write_page,
)
from helpers.report.typeface import embed_chinese

#: The template whose pages hold the findings that other pages name.
AUDIT_TEMPLATE = "03_audit_arithmetic"

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_SECTION = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
_ANCHOR = re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_REASON_LENGTH = 400


@dataclass(frozen=True)
class Job:
    """One notebook to render.

    Attributes
    ----------
    name : str
        ``template`` or ``template/source_id``.
    notebook : dict
        The template as JSON, so that what is rendered is what was checked and hashed.
    parameters : dict
    source_id : str
        The disclosure it is about; empty if it compares several.
    sources : tuple of str
        All it is about, for the footer.
    root, page, log : Path
        The repository, the page to write, where the traceback of a failure goes.
    timeout : int
        Seconds for the whole notebook.
    version : str
    """

    name: str
    notebook: dict[str, Any]
    parameters: dict[str, Any]
    source_id: str
    sources: tuple[str, ...]
    root: Path
    page: Path
    log: Path
    timeout: int
    version: str


@dataclass(frozen=True)
class Outcome:
    """What came of a job; `reason` is empty if the page was written."""

    title: str = ""
    result: str = ""
    reason: str = ""
    seconds: float = 0.0


def render_notebook(job: Job, scratch: Path) -> Outcome:
    """Execute, export and write one notebook; report a failure instead of raising it.

    What Jupyter needs besides goes into a folder below `scratch`.

    A notebook may fail in any way its author did not foresee, and hundreds of others wait: this
    is the one place where every exception is caught, told in a sentence and logged in full.
    """
    start = time.monotonic()
    clock = _Clock(job.timeout)
    with _output_in(job.log), tempfile.TemporaryDirectory(dir=scratch) as folder:
        try:
            executed = _execute(job, clock, Path(folder))
            outcome = Outcome(_title(job, executed), _result(executed))
            write_page(job.page, embed_chinese(_export(job, executed, outcome)))
        except Exception as error:
            print(_ANSI.sub("", traceback.format_exc()), file=sys.stderr)
            outcome = Outcome(reason=_reason(job, error, clock.cell))
    if not outcome.reason:
        job.log.unlink(missing_ok=True)
    return Outcome(outcome.title, outcome.result, outcome.reason, time.monotonic() - start)


def block_slow_import() -> None:
    """Keep jsonschema from building a grammar for international addresses: 0.65 s, never used."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


class _Clock:
    """Tell nbclient how long a cell may take, and remember which cell that was.

    The limit is one for the whole notebook, and neither a time-out nor a dead kernel says by
    itself in which cell it happened.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._start: float | None = None  # set by the first cell: starting Jupyter is not its fault
        self.cell: Any = None

    def __call__(self, cell: Any) -> int:
        self.cell = cell
        now = time.monotonic()
        if self._start is None:
            self._start = now
        return max(1, math.ceil(self._start + self._seconds - now))


@contextlib.contextmanager
def _output_in(log: Path) -> Iterator[None]:
    """Send what this process and its kernel print, last words of a crash included, to a file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    with log.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, original in enumerate(saved, start=1):
                os.dup2(original, number)
                os.close(original)


def _execute(job: Job, clock: _Clock, scratch: Path) -> Any:
    block_slow_import()
    _use_this_python(scratch)
    os.environ["HELPERS_ROOT"] = str(job.root)
    from papermill import execute_notebook
    from traitlets.config import Config

    template = scratch / "template.ipynb"
    template.write_text(json.dumps(job.notebook), encoding="utf-8")
    options: dict[str, Any] = {}
    if sys.platform != "win32":
        # Sockets in a private folder instead of TCP ports that other users could try.
        pipe = {"transport": "ipc", "ip": str(scratch / "kernel")}
        options["config"] = Config({"KernelManager": pipe})
    executed = execute_notebook(
        template,
        None,
        parameters=job.parameters,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        cwd=job.root,
        timeout_func=clock,
        **options,
    )
    # papermill takes sys.exit() for a good end, and leaves out the cells that follow.
    if any(o.output_type == "error" for c in executed.cells for o in c.get("outputs", [])):
        raise PageError(f"ended by sys.exit(){_place(job, clock.cell)}")
    return executed


def _use_this_python(scratch: Path) -> None:
    """Make ``python3`` the interpreter that runs now, with no settings of the user's own.

    A kernel of that name registered in the home directory would win otherwise, and render with
    another library than the one checked.
    """
    spec = scratch / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    content = {"argv": launch, "display_name": "Python 3", "language": "python"}
    spec.write_text(json.dumps(content), encoding="utf-8")
    os.environ["JUPYTER_PATH"] = str(scratch)
    os.environ["JUPYTER_RUNTIME_DIR"] = str(scratch / "runtime")
    os.environ["IPYTHONDIR"] = str(scratch / "ipython")


def _reason(job: Job, error: Exception, cell: Any) -> str:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        # The message of an error of ours is written for the reader; others need their name.
        prefix = "" if error.ename == "DisclosureError" else f"{error.ename}: "
        what = (prefix + _ANSI.sub("", str(error.evalue))).removesuffix(": ")
    elif isinstance(error, CellTimeoutError):
        what = f"not finished after {job.timeout} s"
    elif isinstance(error, DeadKernelError):
        what = "the kernel died (out of memory, a crash in a library, or os._exit)"
    elif isinstance(error, PageError):
        return _one_line(str(error))
    else:
        return _one_line(f"{type(error).__name__}: {error}")
    # Pages travel: the folders of this machine stay behind.
    return _one_line(f"{what}{_place(job, cell)}".replace(f"{job.root}{os.sep}", ""))


def _place(job: Job, cell: Any) -> str:
    """Name the cell a failure happened in, as its author sees it: number and first line."""
    if cell is None:
        return ""
    lines = [line.strip() for line in cell.source.splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    sources = ["".join(c["source"]) for c in job.notebook["cells"]]
    number = f"cell {sources.index(cell.source) + 1}" if cell.source in sources else "cell"
    return f" [{number}: {first[:60]}]"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON_LENGTH else line[: _REASON_LENGTH - 1] + "…"


def _title(job: Job, notebook: Any) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := _HEADING.search(cell.source)):
            return re.sub(r"[*_`]", "", heading[1])
    return job.name


def _result(notebook: Any) -> str:
    """Read the line printed by the cell tagged ``result``; empty if there is none."""
    tagged = [c for c in notebook.cells if "result" in c.metadata.get("tags", [])]
    texts = [_output_text(o) for cell in tagged for o in cell.get("outputs", [])]
    return _one_line(" ".join(texts))


def _output_text(output: Any) -> str:
    if output.output_type == "stream":
        return output.text if output.name == "stdout" else ""
    text = output.get("data", {}).get("text/plain", "")
    # The value of a cell that ends in a string is shown as its literal.
    return ast.literal_eval(text) if text[:1] in ("'", '"') and text[-1:] == text[:1] else text


def _export(job: Job, notebook: Any, outcome: Outcome) -> str:
    from nbconvert.exporters import HTMLExporter

    exporter = HTMLExporter(
        template_name="page",
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        anchor_link_text="#",
        embed_images=True,
        # No scripts: whatever has a widget or a script also has a text or a picture.
        display_data_priority=_SHOWN,
        filters={"readable_tables": readable_tables},
        # Our template loads no script; blank all the same what nbconvert would offer it.
        **dict.fromkeys(_SCRIPT_ADDRESSES, ""),
    )
    disclosure = describe_disclosure(job.root, job.source_id) if job.source_id else None
    up = "../" if disclosure else ""
    page = {
        "title": outcome.title,
        "result": outcome.result,
        "disclosure": disclosure,
        "sources": job.sources,
        "template": job.name.partition("/")[0],
        "version": job.version,
        "index": f"{up}index.html",
        "document": f"{up}source/{job.source_id}.html" if disclosure else "",
    }
    resources = {"metadata": {"path": str(job.root / "notebooks")}, "page": page}
    text, _ = exporter.from_notebook_node(notebook, resources)
    filed, _ = find_disclosures(job.root)
    text = link_findings(link_origins(text, f"{up}source/", filed), f"{up}{AUDIT_TEMPLATE}/")
    return text.replace("<!-- contents -->", _contents(text), 1)


_SHOWN = [
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/plain",
]
_SCRIPT_ADDRESSES = (
    "require_js_url",
    "mathjax_url",
    "mermaid_js_url",
    "mermaid_layout_elk_js_url",
    "jquery_url",
    "jupyter_widgets_base_url",
)


def _contents(page: str) -> str:
    """List the sections of a page that is long enough to get lost in."""
    sections = [(i, _TAG.sub("", _ANCHOR.sub("", t)).strip()) for i, t in _SECTION.findall(page)]
    if len(sections) < 3:
        return ""
    links = "".join(
        f'<li><a href="#{html.escape(i)}">{text}</a></li>' for i, text in sections if text
    )
    return f'<details class="contents"><summary>Contents</summary><ol>{links}</ol></details>'
