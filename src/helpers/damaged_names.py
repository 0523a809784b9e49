"""Names that a conversion has cut into pieces, and the full names a document offers for them.

Place in the chain: used by ``performance``.  Input: the cells in which a name arrived.  Output: a
:class:`Name`, completed only where exactly one full name of the document fits.

A name in a merged cell that a PDF conversion did not recognise arrives in several cells.  Where two
cells overlap, their edge characters are doubled or replaced by a look-alike (``自然|然资源``), and
where a cell is missed the text is lost.  Such a name is kept as printed unless the sentences of the
same document contain one, and only one, name in which all its pieces stand in order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from helpers.document import Document, Paragraph, RawTable, squeeze

_HAN = r"\u3400-\u9fff"
_PLAIN = re.compile(
    rf"[{_HAN}\w（）()《》〈〉“”\"'‘’、，,。．.；;：:—–―\-－·/／+＋&＆%％~～〔〕\[\]【】#№①-⑳]*",
    re.ASCII,
)
_PIECE = re.compile(rf"[{_HAN}()]+")
_QUOTED = re.compile(r"《([^《》]{4,60})》")
_LIST_MARK = re.compile(r"^(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[）)]?[.．、]?)(?=\D)")
_STRAY = "`·•*~|^▼-_.,，"  # what is left at the edges of a caption that was taken off
_SENTENCE_END = tuple("。；;：:！!")
_LEAD = re.compile(r"^本年(?:度)?(?:新增|增加|减少)?[（(]?")
_TAIL = re.compile(r"(?:(?<=项目)(?:资金|经费))?较(?:上年|年初|去年).*$|等(?:项目)?[）)]?$")
_LENGTHS = range(4, 61)
_ONE_SPELLING = str.maketrans("（）", "()", "“”\"'‘’")

# How much of a name may be missing, in characters: at a cut between neighbouring cells one
# character on each side is dropped as unreliable and one may be lost; where a whole cell is
# missing, a cell's width of text is lost; at the two ends little more than an edge.
_CUT_LOSS, _CELL_LOSS, _START_LOSS, _END_LOSS = 3, 12, 3, 2
_LEAST_PIECES = 5
_LEAST_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it can be used, and as it stands in the file.

    Attributes
    ----------
    text
        White space removed; completed where the document allows it, stray signs at its edges
        removed where it is damaged.
    printed
        White space removed, otherwise as it arrived.
    is_damaged
        True if ``text`` is not known to be the whole name.
    warning
        What was done to the name, or an empty text.
    """

    text: str
    printed: str
    is_damaged: bool
    warning: str


def _key(text: str) -> str:
    """Return the form in which two spellings of one name compare equal."""
    return text.translate(_ONE_SPELLING)


def _sentences(document: Document) -> Iterable[str]:
    """Yield the running text, paragraphs that a page break has cut joined again."""
    joined = ""
    for paragraph in document.paragraphs():
        text = squeeze(paragraph.text)
        if joined and (joined.endswith(_SENTENCE_END) or _LIST_MARK.match(text)):
            yield joined
            joined = ""
        joined += text
    yield joined


def known_names(document: Document) -> frozenset[str]:
    """Collect the names a document states outside its table captions.

    These are the members of lists in sentences (``增加甲项目、乙经费``) and the titles in ``《》``
    anywhere.  A name may itself hold the list mark ``、``, so two or three neighbours count too.

    Parameters
    ----------
    document
        The disclosure.

    Returns
    -------
    frozenset of str
        Names of 4 to 60 characters without white space.
    """
    names: set[str] = set()
    for sentence in _sentences(document):
        for clause in re.split("[,，;；:：。！!]", sentence):
            members = _LIST_MARK.sub("", clause).split("、")
            for width in (1, 2, 3):
                for start in range(len(members) - width + 1):
                    joined = "、".join(members[start : start + width])
                    names.add(_TAIL.sub("", _LEAD.sub("", joined)))
    for block in document.blocks:
        for text in [block.text] if isinstance(block, Paragraph) else _columns(block):
            names.update(_QUOTED.findall(squeeze(text)))
    # "甲项目" in a sentence is often the project 甲.
    names |= {name.removesuffix("项目") for name in names}
    return frozenset(name for name in names if len(name) in _LENGTHS)


def _columns(table: RawTable) -> Iterable[str]:
    """Yield the text of each column: a page break may spread one cell over many rows."""
    width = max(len(row) for row in table.rows)
    for column in range(width):
        yield "".join(row[column].text for row in table.rows if column < len(row))


class _Index:
    """The full names of a document, found by what stands in them.

    A long document has many names and many damaged titles; comparing each with each would make the
    time grow with the square of its length.

    Attributes
    ----------
    by_key
        Name by the form in which it is compared; of two with one form, the last in order.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self.by_key = {_key(name): name for name in sorted(names)}
        self._holding: dict[str, list[str]] = defaultdict(list)
        for key in self.by_key:
            for pair in {key[start : start + 2] for start in range(len(key) - 1)}:
                self._holding[pair].append(key)

    def holding(self, pieces: Iterable[str]) -> Iterable[str]:
        """Return the keys that may hold all pieces, in order; some may not."""
        pairs = {piece[i : i + 2] for piece in pieces for i in range(len(piece) - 1)}
        return min((self._holding.get(pair, []) for pair in pairs), key=len, default=self.by_key)


@lru_cache(maxsize=1)
def _index(names: frozenset[str]) -> _Index:
    return _Index(names)


def _kept_pieces(cells: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return column and text of the runs of characters that the cut edges leave reliable."""
    pieces: list[tuple[int, str]] = []
    for number, (column, text) in enumerate(cells):
        runs = _PIECE.findall(_key(text))
        for index, run in enumerate(runs):
            cut_left = index > 0 or number > 0
            cut_right = index < len(runs) - 1 or number < len(cells) - 1
            kept = run[1 if cut_left else 0 : len(run) - 1 if cut_right else None]
            pieces.append((column, kept if len(run) > 2 else run))
    return pieces


def _pattern(pieces: Sequence[tuple[int, str]]) -> re.Pattern[str]:
    """Build the expression that every full name behind the pieces must match."""
    expression = f".{{0,{_START_LOSS}}}" + re.escape(pieces[0][1])
    for (left, _), (right, piece) in pairwise(pieces):
        loss = _CUT_LOSS if right - left <= 1 else _CELL_LOSS
        expression += f".{{0,{loss}}}" + re.escape(piece)
    return re.compile(expression + f".{{0,{_END_LOSS}}}")


def restore_name(
    cells: Sequence[tuple[int, str]],
    names: frozenset[str],
    *,
    is_displaced: bool = False,
    is_cut: bool = False,
) -> Name:
    """Put a name together from the cells in which it arrived.

    Parameters
    ----------
    cells
        Column and text of the non-empty cells of the name, from left to right.
    names
        The full names of the document, from :func:`known_names`.
    is_displaced
        True if cells before the name are empty where the name should begin.
    is_cut
        True if foreign text was cut off the name.

    Returns
    -------
    Name
        As printed if undamaged; completed with a warning if damaged and exactly one name fits.

    Examples
    --------
    >>> restore_name([(1, "某市土地利用动"), (2, "动态巡查项目")],
    ...              frozenset({"某市土地利用动态巡查项目"})).text
    '某市土地利用动态巡查项目'
    >>> restore_name([(1, "某市土地▼")], frozenset()).is_damaged
    True
    """
    distinct = [
        cell
        for index, cell in enumerate(cells)
        if cell[1] not in {text for _, text in cells[:index]}
    ]
    printed = squeeze("".join(text for _, text in distinct))
    is_whole = len(distinct) == 1 and bool(_PLAIN.fullmatch(printed))
    if is_whole and not is_displaced and not is_cut:
        return Name(printed, printed, False, "")
    index = _index(names)
    by_key = index.by_key
    for text in (printed, *(squeeze(text) for _, text in distinct)):
        if _key(text) in by_key and all(squeeze(part) in text for _, part in distinct):
            return Name(by_key[_key(text)], printed, False, "")
    pieces = _kept_pieces(distinct)
    fitting = []
    if sum(len(piece) for _, piece in pieces) >= _LEAST_PIECES:
        pattern = _pattern(pieces)
        length = len("".join(_PIECE.findall(_key(printed))))
        fitting = [
            by_key[key]
            for key in index.holding(piece for _, piece in pieces)
            if pattern.fullmatch(key) and length >= _LEAST_SHARE * len(key)
        ]
    if len({name.removesuffix("项目") for name in fitting}) == 1:
        agreeing = [name for name in fitting if name[-1] == printed[-1]]
        full = (agreeing or sorted(fitting, key=len))[0]
        return Name(
            full,
            printed,
            False,
            f"name completed from {printed}: the only name in the document that fits",
        )
    usable = printed.strip(_STRAY) or printed
    return Name(usable, printed, True, f"name damaged by the conversion: {printed}")
