"""Passages: the running text of a disclosure, joined where a conversion broke it.

Place in the chain: between ``document`` and ``narrative``.  Input: a
:class:`~helpers.document.Document`.  Output: :class:`Passage` after passage in reading order, each
with the headings above it and the line of every character.

A paragraph that runs over a page comes as several lines, broken between a figure and its unit or
within a word; a heading, a list item or a caption starts anew.  What stands in performance tables
is left out: ``performance`` reads those.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from helpers.captions import is_caption_text
from helpers.document import Document, Lost, Paragraph, RawTable, squeeze

MISSING = "□"
"""Stands in a passage where a sentence leaves its figure out (``基本支出    万元``)."""

LIST_MARK = re.compile(r"^\d{1,2}(?:[.．](?!\d)|、)")

# A project described: its name opens the description, its unit follows.
PROJECT_NAME = re.compile(r"^(?:[(（][一二三四五六七八九十]+[)）])?项目名称[:：](.+)$")
CARRIED_OUT_BY = re.compile(r"^项目(?:承担|实施|主管)单位[:：](.+?)[。；;]?$")

_PART = re.compile(r"^第[一二三四五六七八九十]+部分")
_SECTION = re.compile(r"^([一二三四五六七八九十]+)[、.．]")
_SUBSECTION = re.compile(r"^[(（][一二三四五六七八九十]+[)）]")
_KEYED = re.compile(
    r"^(?:设立|预算安排|项目承担|资金|补贴|发放|受益|执行时间)[\u4e00-\u9fff]{0,12}[:：]"
)
_EVALUATION_TITLE = re.compile(r"绩效(?:目标|自评)表?(?:[(（].*[)）])?$")
# What can only be the first part of a figure: 1,13 and 1,131.
_CUT_FIGURE = re.compile(r"\d,\d{1,2}$")
_SENTENCE_END = "。；：！？;:!?"
_LONGEST_HEADING = 60
_LONGEST_TITLE = 30

# Only blanks wide enough to have held a figure, between words and a unit of money or a rate.
_BLANK_FIGURE = re.compile(
    r"(?<=[\u4e00-\u9fff)）])(?<!单位)[ \u3000\u00a0]{2,}(?=万元|亿元|元|%|％|个百分点)"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph whose lines are joined.

    Attributes
    ----------
    text
        As :func:`normalise` gives it; :data:`MISSING` where a figure is left out.
    origins
        The line of each character of ``text``.
    part, section, subsection
        The headings above it, as printed without white space.
    project, project_number
        The project described, where the passage stands under 项目名称; else empty.  The number
        counts these descriptions: two projects may bear one name.
    """

    text: str
    origins: tuple[str, ...]
    part: str
    section: str
    subsection: str
    project: str
    project_number: int


def normalise(text: str) -> str:
    """Bring punctuation and digits to one width and drop white space that means nothing.

    Examples
    --------
    >>> normalise("收入总计 16, 291. 51 万元，其中：")
    '收入总计16,291.51万元,其中:'
    >>> normalise("一般公共预算基本支出    万元， 其中：")
    '一般公共预算基本支出□万元,其中:'
    """
    text = _BLANK_FIGURE.sub(MISSING, text)
    text = unicodedata.normalize("NFKC", text).replace("〔", "[").replace("〕", "]")
    text = re.sub(r"(?<=\d),\s+(?=\d{3}(?!\d))", ",", text)
    text = re.sub(r"(?<=\d)\.\s+(?=\d)", ".", text)
    # Blanks between digits stay, however many: two figures may have met.
    return re.sub(r"(?<![\d\s])\s+|\s+(?![\d\s])", "", text)


def is_heading(text: str) -> bool:
    """Tell whether a line is a heading: numbered, short and not a sentence.

    Examples
    --------
    >>> is_heading("三、关于某局2024年支出预算情况说明")
    True
    >>> is_heading("（一）因公出国（境）费支出预算0万元，与上年一致。")
    False
    """
    text = squeeze(text)
    marked = _PART.match(text) or _SECTION.match(text) or _SUBSECTION.match(text)
    return (
        bool(marked)
        and len(text) <= _LONGEST_HEADING
        and not re.search(r"[。；]|\d[.,，\d]*(?:万元|元|%)", text)
    )


def _starts_anew(text: str) -> bool:
    text = squeeze(text)
    marks = (_PART, _SECTION, _SUBSECTION, LIST_MARK, _KEYED)
    return any(mark.match(text) for mark in marks)


@dataclass
class _Joiner:
    """Joins the lines of a document to passages and keeps the headings above them."""

    passages: list[Passage] = field(default_factory=list)
    lines: list[Paragraph] = field(default_factory=list)
    part: str = ""
    section: str = ""
    subsection: str = ""
    project: str = ""
    n_projects: int = 0
    is_muted: bool = False  # inside performance tables and their goals

    def flush(self) -> None:
        if self.lines and not self.is_muted:
            text, origins = "", []
            for line in self.lines:
                words = normalise(line.text)
                if text[-1:].isdigit() and words[:1].isdigit() and not _CUT_FIGURE.search(text):
                    words = f" {words}"  # two figures met, or one was cut: nobody can tell
                text += words
                origins += [line.origin] * len(words)
            self.passages.append(
                Passage(
                    text=text,
                    origins=tuple(origins),
                    part=self.part,
                    section=self.section,
                    subsection=self.subsection,
                    project=self.project,
                    project_number=self.n_projects,
                )
            )
        self.lines = []

    def heading(self, text: str) -> None:
        self.flush()
        if _PART.match(text):
            self.part, self.section, self.subsection = text, "", ""
        elif _SECTION.match(text):
            self.section, self.subsection = text, ""
        else:
            self.subsection = text
        self.project = ""
        self.is_muted = False

    def line(self, paragraph: Paragraph) -> None:
        squeezed = squeeze(paragraph.text)
        project = PROJECT_NAME.match(squeezed)
        if project:
            self.flush()
            self.project = project.group(1)
            self.n_projects += 1
            self.is_muted = False
        elif _EVALUATION_TITLE.search(squeezed) and len(squeezed) < _LONGEST_TITLE:
            self.flush()
            self.is_muted = True
        elif is_heading(paragraph.text):
            self.heading(squeezed)
        elif is_caption_text(squeezed):
            self.flush()
        else:
            if not self._is_broken() or _starts_anew(paragraph.text):
                self.flush()
            self.lines.append(paragraph)

    def table(self, table: RawTable) -> None:
        self.flush()
        cells = (squeeze(cell.text) for row in table.rows[:2] for cell in row)
        if any(_EVALUATION_TITLE.search(cell) and len(cell) < _LONGEST_TITLE for cell in cells):
            self.is_muted = True

    def _is_broken(self) -> bool:
        """Tell whether the last line stops in the middle of a sentence."""
        if not self.lines:
            return False
        last = squeeze(self.lines[-1].text)
        is_name = (
            len(self.lines) == 1
            and (LIST_MARK.match(last) or _KEYED.match(last))
            and "，" not in last
        )
        return last[-1:] not in _SENTENCE_END and not (
            is_name and not re.search(r"[\d,]", last[3:])
        )


def project_places(document: Document) -> dict[str, str]:
    """Return where each described project is named, by its name as :func:`normalise` gives it."""
    found: dict[str, str] = {}
    for line in document.paragraphs():
        if match := PROJECT_NAME.match(squeeze(line.text)):
            found.setdefault(normalise(match.group(1)), line.origin)
    return found


def read_passages(document: Document) -> list[Passage]:
    """Return the running text of a document outside its performance tables, in reading order."""
    joiner = _Joiner()
    for block in document.blocks:
        if isinstance(block, RawTable):
            joiner.table(block)
        elif not isinstance(block, Lost):
            joiner.line(block)
    joiner.flush()
    return joiner.passages
