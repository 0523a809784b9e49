"""What holds for every page of the site: readable tables, nothing from outside, whole or absent.

Input and output are HTML text. Pages are read offline, mailed and archived, so a page that would
load anything from a host or a neighbouring file is refused before it is written.
"""

import os
import re
from collections import Counter
from collections.abc import Collection
from html.parser import HTMLParser
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
# pandas sends a sheet of its own with each table, which would win over ours.
_TABLE_SHEET = re.compile(r"<style scoped>.*?</style>\s*", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<(t[hd])\b([^>]*)>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_NUMBER = re.compile(
    r"[-−+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?"
    r"( ?(%|percentage points|万元|亿元|元|分|个|人))?"
)
_CODE = re.compile(r"0\d+|\d{5,}")
_BLANK = re.compile(
    r"(|—|–|-|&mdash;|nan|none|<na>|&lt;na&gt;|not (?:found|stated|known))", re.IGNORECASE
)
_ORIGIN = re.compile(
    r'<span class="origin" data-place="([a-z0-9_]+)#([^"#]+)"( title="[^"]*")>([^<]*)</span>'
)
_TOUCH = re.compile(
    r'<span class="(touched|finding-name)" data-finding="([a-z0-9_]+)#(\d+)"( title="[^"]*")>'
    r"([^<]*)</span>"
)
_MARK = re.compile(r'<span class="touched"[^>]*>[^<]*</span>')
_STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


class PageError(ValueError):
    """Say in one sentence why a page was not written."""


def write_page(path: Path, html: str) -> None:
    """Write a page so that a reader sees the old one or the new one, never a part.

    Raises
    ------
    PageError
        If the page would load something from outside; the message lists it.
    """
    outside = external_references(html)
    if outside:
        raise PageError(f"the page would load {', '.join(sorted(outside)[:3])}")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        unfinished.write_text(html, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError:  # a full disk: a part of a page would take up its last bytes
        unfinished.unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed run has left half-written."""
    for path in folder.glob("**/.*.html.tmp"):
        path.unlink()


def external_references(html: str) -> set[str]:
    """List what a browser would have to fetch to show the page; links to follow do not count.

    Examples
    --------
    >>> external_references('<a href="https://x.test">甲</a><img src="//y.test/z.png">')
    {'//y.test/z.png'}
    """
    parser = _References()
    parser.feed(html)
    parser.close()
    return {r for r in parser.found if r and not r.startswith(("data:", "#", "about:"))}


class _References(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in ("src", "poster", "background") or (tag == "object" and name == "data"):
                self.found.add(value or "")
            elif name == "srcset":
                self.found.update(part.split()[0] for part in (value or "").split(",") if part)
            elif name in ("href", "xlink:href") and tag not in ("a", "area"):
                self.found.add(value or "")
            elif name == "style":
                self._add_style(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._add_style(data)

    def _add_style(self, css: str) -> None:
        self.found.update(url.strip() or imported for url, imported in _STYLE_URL.findall(css))


def link_origins(html: str, folder: str, filed: Collection[str]) -> str:
    """Make a link to the place in the document of each figure that knows its place.

    Parameters
    ----------
    html
        With the spans of `helpers.traced`.
    folder
        Where the source pages lie, relative to the page: ``../source/``.
    filed
        The disclosures that have such a page; other figures keep their place as it is.

    Examples
    --------
    >>> span = '<span class="origin" data-place="anyang_2024_budget#L7" title="line 7">8</span>'
    >>> link_origins(span, "source/", ["anyang_2024_budget"])
    '<a class="origin" href="source/anyang_2024_budget.html#L7" title="line 7">8</a>'
    """

    def link(span: re.Match[str]) -> str:
        if span[1] not in filed:
            return span[0]
        return span.expand(rf'<a class="origin" href="{folder}\1.html#\2"\3>\4</a>')

    return _ORIGIN.sub(link, html)


def link_findings(html: str, folder: str) -> str:
    """Make a link to the card of each finding that a figure or a caption names.

    Parameters
    ----------
    html
        With the spans of `helpers.traced`.
    folder
        Where the audit pages lie, relative to the page: ``03_audit_arithmetic/``.

    Examples
    --------
    >>> span = '<span class="touched" data-finding="anyang_2024_budget#7" title="…">†</span>'
    >>> link_findings(span, "audit/")
    '<a class="touched" href="audit/anyang_2024_budget.html#finding-7" title="…">†</a>'
    """
    return _TOUCH.sub(rf'<a class="\1" href="{folder}\2.html#finding-\3"\4>\5</a>', html)


def readable_tables(html: str) -> str:
    """Let each table scroll inside its own box, with columns of numbers set to the right."""

    def dress(table: re.Match[str]) -> str:
        return f'<div class="table-box" tabindex="0">{_mark_numbers(table[0])}</div>'

    return _TABLE.sub(dress, _TABLE_SHEET.sub("", html))


def _mark_numbers(table: str) -> str:
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    counts = Counter(
        (column, _content_kind(content))
        for cells in rows
        for column, (tag, _, content) in enumerate(cells)
        if tag.lower() == "td"
    )
    columns = {c for c, kind in counts if kind == "number" and not counts[c, "text"]}
    # With spanning cells the n-th cell of a row is not the n-th column: judge each cell alone.
    has_spans = bool(re.search(r"\b(row|col)span=", table))

    def mark_row(row: re.Match[str]) -> str:
        column = -1

        def mark_cell(cell: re.Match[str]) -> str:
            nonlocal column
            column += 1
            tag, attributes, content = cell.groups()
            alone = tag.lower() == "td" and _content_kind(content) != "text"
            if (alone if has_spans else column in columns) and "class=" not in attributes:
                attributes += ' class="number"'
            return f"<{tag}{attributes}>{content}</{tag}>"

        return _CELL.sub(mark_cell, row[0])

    return _ROW.sub(mark_row, table)


def _content_kind(content: str) -> str:
    text = _TAG.sub("", _MARK.sub("", content)).strip()
    if _BLANK.fullmatch(text):
        return "blank"
    return "number" if _NUMBER.fullmatch(text) and not _CODE.fullmatch(text) else "text"
