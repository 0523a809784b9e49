"""The words of a disclosure as the audit sees them: passages, headings, and what it is about.

Place in the chain: used by the rules on wording.  Input: a document and what is known of it.
Output: :class:`Prose`, and the figures and identities that quote words instead of amounts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from helpers.audit.claims import short_heading
from helpers.audit.identity import Figure, Identity, same_text
from helpers.budget_units import unit_names
from helpers.document import Document, Paragraph, squeeze
from helpers.grid import is_caption_text
from helpers.passages import Passage, is_heading, normalise, read_passages
from helpers.performance import Evaluation

_LONGEST_QUOTE = 60
_LONGEST_CAPTION = 80
_BLANK_IN_NUMBER = re.compile(r"\d, \d{3}|\d\. \d")
_PRINTED = str.maketrans("(),;:", "（），；：")
_GLOSSARY = re.compile("名词解释")


@dataclass(frozen=True)
class Prose:
    """The running text of one disclosure.

    Attributes
    ----------
    document, evaluations
        What was read.
    department, fiscal_year, kind
        Of the disclosure; empty or None where not known.
    """

    document: Document
    evaluations: Sequence[Evaluation]
    department: str = ""
    fiscal_year: int | None = None
    kind: str = ""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Paragraphs outside performance tables, joined."""
        return tuple(read_passages(self.document))

    @cached_property
    def lines(self) -> tuple[Paragraph, ...]:
        """Paragraphs as printed."""
        return tuple(self.document.paragraphs())

    @cached_property
    def headings(self) -> tuple[Paragraph, ...]:
        """Numbered headings, those of a table of contents included."""
        return tuple(line for line in self.lines if is_heading(line.text))

    @cached_property
    def captions(self) -> tuple[Paragraph, ...]:
        """Lines above tables: number, title, department, unit, year."""
        return tuple(
            line
            for line in self.lines
            if 0 < len(squeeze(line.text)) <= _LONGEST_CAPTION and is_caption_text(line.text)
        )

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Budget units, as :func:`~helpers.budget_units.unit_names` finds them."""
        return unit_names(self.document)

    @cached_property
    def is_recognised(self) -> bool:
        """Whether text recognition left its traces: what it lost or doubled proves nothing."""
        return sum(len(_BLANK_IN_NUMBER.findall(line.text)) for line in self.lines) > 10

    @property
    def statements(self) -> Iterator[Passage]:
        """Passages on the department's own money: neither projects nor the glossary."""
        return (
            passage
            for passage in self.passages
            if not passage.project and not _GLOSSARY.search(passage.part + passage.section)
        )

    @cached_property
    def goals(self) -> tuple[tuple[str, str, str], ...]:
        """(Table's name, text, place) of each goal and result of the evaluations."""
        return tuple(
            (one.name or "整体支出", normalise(text), one.origins.get(field, one.origin))
            for one in self.evaluations
            for field in ("goal", "result")
            if (text := getattr(one, field))
        )


_LINES_OF_A_QUOTE = 3
_QUOTED_HEAD = re.compile("「…?([^「」]+)」$")


def _found_in(wanted: str, lines: Sequence[str]) -> tuple[str, range] | None:
    """Find words among lines, whatever the width of their signs and the white space between.

    Returns
    -------
    (str, range) or None
        The words as printed without white space, and the positions of their lines.
    """
    signs = [
        (plain, sign, number)
        for number, line in enumerate(lines)
        for sign in squeeze(line)
        for plain in unicodedata.normalize("NFKC", sign)
    ]
    plain = "".join(unicodedata.normalize("NFKC", squeeze(wanted)))
    start = "".join(sign for sign, _, _ in signs).find(plain) if plain else -1
    if start < 0:
        return None
    found = signs[start : start + len(plain)]
    # A sign that stands for several in the plain spelling is printed once.
    printed = "".join(sign for one, sign, _ in found if one == unicodedata.normalize("NFKC", sign))
    return printed, range(found[0][2], found[-1][2] + 1)


def as_printed(document: Document, one: Identity) -> Identity:
    """Return an identity of words with its quotations as printed, and with only their lines."""
    return replace(one, left=_printed(document, one.left), right=_printed(document, one.right))


def with_own_lines(document: Document, one: Identity) -> Identity:
    """Return an identity whose figure of a long cell is cited with the lines where it stands.

    The words before the figure are quoted at the end of its label.
    """
    quoted = _QUOTED_HEAD.search(one.left.label)
    places = one.left.origins[0].split(";") if len(one.left.origins) == 1 else []
    if quoted is None or len(places) < 2:
        return one
    lines = [document.lines[n - 1] for n in document.line_numbers(one.left.origins[0])]
    shown = one.left.value if isinstance(one.left.value, str) else f"{one.left.value:f}"
    found = _found_in(quoted[1] + shown, lines) or _found_in(quoted[1], lines)
    if found is None:
        return one
    kept = ";".join(places[n] for n in found[1])
    terms = tuple(replace(term, origin=kept) for term in one.left.terms)
    return replace(one, left=replace(one.left, origins=(kept,), terms=terms))


def _printed(document: Document, side: Figure) -> Figure:
    if not isinstance(side.value, str) or len(side.origins) != 1:
        return side
    numbers = document.line_numbers(side.origins[0])
    if len(numbers) == 1:  # a sentence goes on in the lines below
        last = min(numbers[0] + _LINES_OF_A_QUOTE, len(document.lines) + 1)
        numbers = list(range(numbers[0], last))
    is_cut = side.value.endswith("…")
    found = _found_in(side.value.rstrip("…"), [document.lines[n - 1] for n in numbers])
    if found is None:
        return side
    text, lines = found
    places = side.origins[0].split(";")
    kept = ";".join(places[n] for n in lines) if len(places) > 1 else places[0]
    return replace(side, value=text + "…" * is_cut, origins=(kept,))


def quote(text: str) -> str:
    """Return words short enough for a sentence about them, in Chinese punctuation.

    They are cut at a mark where one stands in the second half.
    """
    text = text.translate(_PRINTED)
    if len(text) <= _LONGEST_QUOTE:
        return text
    cut = text[: _LONGEST_QUOTE - 1]
    mark = max(cut.rfind(one) for one in "，；。：、")
    return (cut[:mark] if mark > _LONGEST_QUOTE // 2 else cut) + "…"


def words(text: str, label: str, *origins: str) -> Figure:
    """Return words of the document, or what they should be, as one side of an identity."""
    return Figure(quote(text), label, tuple(dict.fromkeys(one for one in origins if one)))


def heading_of(passage: Passage) -> str:
    """Return the nearest heading above a passage, or its project."""
    found = passage.project or passage.subsection or passage.section or passage.part
    return quote(short_heading(found)) if found else "正文"


def slip(
    rule_id: str,
    left: Figure,
    right: Figure,
    repeats: str = "",
    form: str = "",
    severity: str = "",
) -> Identity:
    """Return a fault of wording: what is printed, and what it should be or contradicts."""
    return same_text(rule_id, left.label, left, right, False, repeats, form, severity)


def described(label: str, *origins: str) -> Figure:
    """Return a side that only describes what is wrong; it quotes nothing."""
    return Figure("", label, tuple(dict.fromkeys(one for one in origins if one)))


def sound(rule_id: str, left: Figure, right: Figure) -> Identity:
    """Return wording that was tested and holds."""
    return same_text(rule_id, left.label, left, right, True)
