"""The index page: every report that exists, with what it says and when it was made.

Input are the plan and the records of the pages, output ``reports/index.html``.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from helpers.report.disclosure import Disclosure
from helpers.report.pages import TEMPLATES, write_page
from helpers.report.typeface import embed_chinese


@dataclass(frozen=True)
class Entry:
    """One line of the index; `address` is empty where no page exists.

    `status` is that of the last attempt: unless it is ``rendered``, `reason` says why and the
    page is an older one.
    """

    template: str
    source_id: str
    status: str
    title: str
    result: str
    rendered: str
    version: str
    reason: str
    left_out: tuple[str, ...]
    address: str


def make_address(page: Path, reports: Path) -> str:
    """Address of a page relative to the index."""
    return quote(page.relative_to(reports).as_posix())


def write_index(
    path: Path, entries: Sequence[Entry], disclosures: Sequence[Disclosure], version: str
) -> None:
    """Write the index, unless it would be the same as before.

    Parameters
    ----------
    path : Path
    entries : sequence of Entry
        In the order of the notebooks.
    disclosures : sequence of Disclosure
    version : str
        Of the library that writes the index; each report has its own.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    html = environment.get_template("index.html.j2").render(
        comparisons=[e for e in entries if not e.source_id],
        groups=[(d, [e for e in entries if e.source_id == d.source_id]) for d in disclosures],
        failed=[e for e in entries if e.status == "failed"],
        names={d.source_id: d.name for d in disclosures},
        version=version,
    )
    # Embedding the font takes longer than finding out that nothing changed.
    mark = f"<!-- {hashlib.sha256(html.encode()).hexdigest()} -->"
    if not path.is_file() or mark not in path.read_text(encoding="utf-8"):
        write_page(path, f"{embed_chinese(html)}{mark}\n")
