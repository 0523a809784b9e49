"""Keep the names and telephone numbers of contacts out of everything that is shown or written.

Place in the chain: beside ``provenance``.  Input: a document.  Output: :class:`Contacts`, which
masks them.

Target tables and self-evaluations name the person in charge of a project (项目负责人), a contact
(联系人) and a telephone number.  They are part of the published document and stay in the raw file,
but no analysis of money needs them.  They are found by the label beside them, in the cell after it
or after its colon, never by a list of surnames, which would miss most names of minorities.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from helpers.document import Cell, Document, RawTable, squeeze, strip_markup

MASK = "×××"

_PERSON = (
    r"(?:联系人|(?:项目|部门|单位|财务|业务|技术|主要)?(?:负责人|责任人)|法定代表人|法人代表"
    r"|填报人|填表人|制表人|经办人|审核人|审批人)(?:姓名)?(?:[（(](?:签字|签名|签章)[）)])?"
)
_SIGNED = r"(?:(?:单位|分管|主管)领导|制表|审核|经办)(?:[（(](?:签字|签名|签章)[）)])?[:：]"
_PHONE = r"(?:联系|办公|咨询|监督|移动)?(?:电话|手机)(?:号码?)?|联系方式"
_WHOSE = r"(?:(?:部门|单位|项目|业务)*(?:[（(][^（）()]{1,6}[）)])?)"
_LABELS = re.compile(
    f"{_WHOSE}(?:{_PERSON})(?:及(?:联系)?(?:电话|方式))?[:：]?|{_WHOSE}(?:{_PHONE})[:：]?|{_SIGNED}"
)
_LABEL_END = re.compile(r"(?:[人名话机码式）)]\s*[:：]?|[:：])\s*$")
_NAME_HEADER = re.compile(f"姓名|{_WHOSE}(?:{_PERSON})")
_PHONE_HEADER = re.compile(f"{_WHOSE}(?:{_PHONE})")
# What stands after a label without being its value: the next label, an organisation.
_NO_VALUE = re.compile(
    r".*(?:资金|目标|单位|项目|预算|名称|负责人|联系|电话|指标).*"
    r"|.{4,}(?:局|中心|委|处|科|室|厅|院|所|队|站|部|公司)"
)
_NUMBER = r"(?:[（(]?0\d{2,3}[）)]?\s*[-—－]?\s*)?\d{7,8}(?!\d)|1\d{10}(?!\d)"
# In running text a name needs an end: 项目负责人:负责组织实施 names nobody.
_NAMED = re.compile(
    f"(?:{_PERSON}|(?:单位|分管|主管)领导)\\s*[:：]\\s*"
    r"((?:[\u4e00-\u9fff][ \u3000]?){1,3}?[\u4e00-\u9fff](?=[\s，,。；;、（(]|联系|电话|手机|$)"
    r"|[\u4e00-\u9fff·•]{5,20}(?=\s|联系|电话|手机|$))"
)
_CALLED = re.compile(
    f"(?:{_PHONE})[^\\d\\n\\t]{{0,12}}?"
    r"([（(]?\d[\d \u3000\-—－()（）、/]{5,}\d(?![\d.]))"
    f"|(?:{_PERSON})[^\\d\\n\\t]{{0,12}}({_NUMBER})"
)
_LONGEST_NAME = 30
# Blanks and markup between the signs of a name: 张　三, <b>张</b>三.
_BETWEEN = r"(?:[\s\u3000]|<[^<>]*>|\*\*)*"

# Free text only: codes and amounts are never names, and an amount may look like a number to call.
_KEPT = re.compile(r"source_id|origin|.*_(?:code|origin|id)|amount_text|unit_text")


@dataclass(frozen=True, slots=True)
class Contacts:
    """The persons and telephone numbers a document names.

    Attributes
    ----------
    by_line
        What stands beside a label, by the 1-based line it stands on.
    elsewhere
        Names and numbers that mean nothing else wherever they stand; None where there are none.
    numbers
        The digits of what stands beside a label, by line.
    """

    by_line: Mapping[int, re.Pattern[str]]
    elsewhere: re.Pattern[str] | None
    numbers: Mapping[int, tuple[str, ...]]

    def mask(self, text: str, lines: Iterable[int] = ()) -> str:
        """Return a text with ××× for each person and telephone number.

        Parameters
        ----------
        text
            A line of the document, or text read from it.
        lines
            1-based lines it comes from.
        """
        for number in lines:
            if number in self.by_line:
                text = self.by_line[number].sub(MASK, text)
        return self.elsewhere.sub(MASK, text) if self.elsewhere else text

    def mask_document(self, document: Document) -> Document:
        """Return a document with its lines masked, to be shown; its blocks stay as they are."""
        lines = (self.mask(line, (number,)) for number, line in enumerate(document.lines, 1))
        return replace(document, lines=tuple(lines))

    def mask_rows(
        self, document: Document, rows: Mapping[str, list[dict[str, Any]]]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return rows of clean files with their free text masked."""
        if not self.by_line:
            return dict(rows)
        return {
            name: [
                {**row, "text": MASK}
                if name == "unread" and self._is_part(document, row)
                else self._mask_row(document, row)
                for row in own
            ]
            for name, own in rows.items()
        }

    def _is_part(self, document: Document, row: Mapping[str, Any]) -> bool:
        """Tell whether a number left unread is a piece of a telephone number on its line."""
        digits = _digits(row["text"])
        is_number = bool(re.fullmatch(r"[\d \-—－()（）]+", row["text"])) and len(digits) > 2
        return is_number and any(
            digits in number
            for line in document.line_numbers(row["origin"])
            for number in self.numbers.get(line, ())
        )

    def _mask_row(self, document: Document, row: dict[str, Any]) -> dict[str, Any]:
        lines = document.line_numbers(row["origin"]) if row["origin"] else ()
        return {
            key: self.mask(value, lines)
            if isinstance(value, str) and not _KEPT.fullmatch(key)
            else value
            for key, value in row.items()
        }


def find_contacts(document: Document) -> Contacts:
    """Find the persons and telephone numbers that a document names as contacts.

    Parameters
    ----------
    document
        With its raw lines.
    """
    found: dict[int, set[str]] = defaultdict(set)
    for table in document.raw_tables():
        for text, number in _beside_labels(table, document):
            found[number].add(text)
    for number, line in enumerate(document.lines, 1):
        for pattern in (_NAMED, _CALLED):
            found[number].update(
                squeeze(text) for match in pattern.finditer(line) for text in match.groups() if text
            )
    texts = {text for line in found.values() for text in line}
    return Contacts(
        {number: _pattern(line) for number, line in found.items() if line},
        _pattern(filter(_is_plain, texts)) if any(map(_is_plain, texts)) else None,
        {n: tuple(filter(None, map(_digits, line))) for n, line in found.items()},
    )


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d", text))


def _beside_labels(table: RawTable, document: Document) -> Iterator[tuple[str, int]]:
    """Yield the cell after each label, in its row or below it, with the line it stands on."""
    for index, row in enumerate(table.rows):
        if not any(_LABEL_END.search(cell.text) for cell in row):
            continue  # most rows: no need to look closer
        filled = [cell for cell in row if squeeze(cell.text)]
        for label, cell in pairwise(filled):
            if _LABELS.fullmatch(squeeze(label.text)):
                text, number = _first_line(cell, document)
                if _is_value(text):
                    yield text, number
        yield from _below_header(row, table.rows[index + 1 :], document)


def _below_header(
    header: Sequence[Cell], rows: Sequence[Sequence[Cell]], document: Document
) -> Iterator[tuple[str, int]]:
    """Yield the names and numbers of a list of contacts: 姓名, 职务, 联系电话 and rows below."""
    texts = [squeeze(cell.text) for cell in header]
    names = [column for column, text in enumerate(texts) if _NAME_HEADER.fullmatch(text)]
    phones = [column for column, text in enumerate(texts) if _PHONE_HEADER.fullmatch(text)]
    if not names or not phones:
        return
    for row in rows:
        cells = [(c, row[c]) for c in (*names, *phones) if c < len(row) and row[c].text]
        if not any(c in phones and len(_digits(cell.text)) > 6 for c, cell in cells):
            return
        yield from (_first_line(cell, document) for _, cell in cells)


def _first_line(cell: Cell, document: Document) -> tuple[str, int]:
    """Return the first line of a cell: a paragraph may have been taken for more of it."""
    numbers = document.line_numbers(cell.origin)
    if len(numbers) == 1:
        return squeeze(cell.text), numbers[0]
    texts = [(squeeze(strip_markup(document.lines[n - 1])), n) for n in numbers]
    return next(pair for pair in texts if pair[0])


def _is_value(text: str) -> bool:
    """Tell whether a cell after a label holds what the label asks for.

    Where a table is shifted, an amount or the next label stands there.
    """
    if re.search(r"\d", text):
        return bool(re.search(r"\d{5}", text))
    return len(text) <= _LONGEST_NAME and not _NO_VALUE.fullmatch(text)


def _is_plain(text: str) -> bool:
    """Tell whether a text is a name or a number with its area code, and nothing else."""
    if any(sign.isdigit() for sign in text):
        return bool(re.fullmatch(r"[（(]?0\d{2,3}[）)]?[-—－]?\d{7,8}|1\d{10}", text))
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]+[·•][\u4e00-\u9fff·•]+", text))


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of some texts, whatever blanks and markup stand within them."""
    return re.compile("|".join(map(_spelt, sorted(set(texts), key=lambda t: (-len(t), t)))))


def _spelt(text: str) -> str:
    spelt = _BETWEEN.join(map(re.escape, text))
    if text[0].isdigit():
        return rf"(?<!\d){spelt}(?!\d)"
    # Two signs may be part of other words: 加强 before 马强 is a word, 马强 alone a man.
    alone = r"(?:(?<![\u4e00-\u9fff])|(?<=负责人)|(?<=联系人)|(?<=填报人))"
    return rf"{alone}{spelt}(?![\u4e00-\u9fff])" if len(text) == 2 else spelt
