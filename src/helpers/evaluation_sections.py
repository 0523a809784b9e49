"""Where evaluation tables begin and end in a disclosure.

Place in the chain: used by ``performance``.  Input: a document.  Output: one :class:`Section` per
table, its rows page by page, not yet understood.

A table begins with its title (``项目支出绩效自评表``), a paragraph or a row of one cell.  A
conversion may lose the title, and even the words 项目名称; then the row that names the project,
known by the 主管部门 row below it, begins the table.  A heading or, below the indicators, a
sentence ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from helpers.document import Cell, Document, Paragraph, squeeze
from helpers.evaluation_indicators import indicator_columns

Row = Sequence[Cell]

NAME_LABEL = "项目名称"
SUPERVISOR_LABEL = "主管部门"
UNIT_LABELS = (
    "实施单位",
    "预算单位",
    "单位名称",
    "部门名称",
    "部门(单位)名称",
    "部门（单位）名称",
)

_TITLE = re.compile(
    r"(?:附件?\d*[:：.、]?)?.{0,30}?(?P<scope>整体|项目).{0,4}绩效(?P<kind>自评|目标).{0,3}表"
    r"(?:[（(]?(?P<year>20\d\d)年度?[)）]?)?"
)
_YEAR = re.compile(r"[（(]?(20\d\d)年度?[)）]?")
_HEADING = re.compile(
    r"第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(slots=True)
class Section:
    """The rows of one table, page by page, before they are understood.

    Attributes
    ----------
    scope, kind
        ``project`` or ``overall``; ``target``, ``self_evaluation`` or, without title, empty.
    year
        From the line ``（2024年度）``.
    origin
        Place of the title or of the row that names the project.
    pages
        Rows, page by page.
    has_name, has_indicators
        Whether a row names the project, and whether the indicator header has come.
    next_year
        Year of the table that follows, where it stands in the last row of this one.
    """

    scope: str
    kind: str
    year: int | None
    origin: str
    pages: list[list[Row]] = field(default_factory=list)
    has_name: bool = False
    has_indicators: bool = False
    next_year: int | None = None

    def add(self, row: Row) -> None:
        self.pages[-1].append(row)
        self.has_indicators = self.has_indicators or bool(indicator_columns(row))


def words_of(row: Row) -> list[str]:
    """Return the filled cells of a row without white space."""
    return [text for cell in row if (text := squeeze(cell.text))]


def _caption_year(words: Sequence[str]) -> int | None:
    """Return the year of a row such as ``（2024年度）``, stray glyphs beside it allowed."""
    chinese = [word for word in words if _CHINESE.search(word)]
    match = _YEAR.fullmatch(chinese[0]) if len(chinese) == 1 else None
    return int(match.group(1)) if match else None


def _title(text: str, origin: str) -> Section | None:
    """Open a section if the text is the title of a table, and not a sentence about one."""
    match = _TITLE.fullmatch(text)
    if not match:
        return None
    scope = "overall" if match.group("scope") == "整体" else "project"
    kind = "self_evaluation" if match.group("kind") == "自评" else "target"
    year = match.group("year")
    return Section(scope, kind, int(year) if year else None, origin)


def _begins_project(rows: Sequence[Row], index: int) -> bool:
    """Tell whether a row names the project of a table: with its label, or above the unit's row."""
    words = words_of(rows[index])
    if not words:
        return False
    if words[0] == NAME_LABEL:
        below = [word for row in rows[index + 1 : index + 4] for word in words_of(row)]
        labels = (SUPERVISOR_LABEL, *UNIT_LABELS, "项目资金", "年度预算总额", "年初预算")
        return any(word.startswith(labels) for word in below)
    is_alone = len(words) == 1 and not squeeze(rows[index][0].text)
    if not is_alone or index + 1 == len(rows):
        return False
    return words_of(rows[index + 1])[:1] == [SUPERVISOR_LABEL]


def find_sections(document: Document) -> Iterator[Section]:
    """Yield the evaluation and target tables of a document, in order."""
    current: Section | None = None
    for block in document.blocks:
        if isinstance(block, Paragraph):
            text = squeeze(block.text)
            opened = _title(text, block.origin)
            if opened:
                if current:
                    yield current
                current = opened
            elif current and (year := _YEAR.fullmatch(text)):
                current.year = int(year.group(1))
            elif current and (
                _HEADING.match(text) or (current.has_indicators and _CHINESE.search(text))
            ):
                yield current
                current = None
            continue
        if current:
            current.pages.append([])
        for index, row in enumerate(block.rows):
            words = words_of(row)
            opened = _title(words[0], row[0].origin) if len(words) == 1 else None
            if opened is None and _begins_project(block.rows, index):
                if current is None or current.has_name or current.scope == "overall":
                    year = current.next_year if current else None
                    opened = Section("project", "", year, row[0].origin)
                else:
                    current.origin = row[0].origin
                    current.has_name = True
            if opened:
                if current:
                    yield current
                current = opened
                current.pages.append([])
                current.has_name = _begins_project(block.rows, index)
            if current is None or (opened and not current.has_name):
                continue
            if year := _caption_year(words):
                # Where a title is lost, its year may stand in the last row of the table before.
                if current.has_indicators:
                    current.next_year = year
                else:
                    current.year = year
            else:
                current.add(row)
    if current:
        yield current
