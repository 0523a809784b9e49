"""Amounts: from a cell or a figure in a sentence to an exact decimal, a declared blank or an error.

Place in the chain: used by ``tables``, ``narrative`` and ``performance``.  Amounts are printed in
元, 千元, 万元 or 亿元; they are stored in yuan, exact.  A blank cell, a dash and 0.00 are three
different statements and stay three different values here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from helpers.document import squeeze

UNIT_FACTORS = {
    "元": Decimal(1),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
"""Yuan per printed unit."""

# Without a leading zero: 05 is a code that has slipped into the column.
_NUMBER = re.compile(r"[-−–]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\.[0-9]+)?")
_BRACKETED = re.compile(r"\(([0-9,.]+)\)")
_BREAK = re.compile(r"[0-9]\s+[0-9]")
# Full-width signs only: a wider normalisation would turn ① and ² into digits of the amount.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("。"): ord(".")}
_DASH = re.compile(r"[-−–—_―/\\]+")
# Names of places begin with 元 too (编制单位：元氏县…).
_UNITS = r"(百万元|亿元|万元|千元|元(?![\u4e00-\u9fff]))"
_UNIT_IN_CAPTION = re.compile(
    rf"单位(?:[:：]|均?[为是])?(?:人民币)?{_UNITS}|均?以(?:人民币)?(百万元|亿元|万元|千元|元)为单位"
)


class Blank(Enum):
    """What a cell says when it states no amount."""

    EMPTY = "empty"
    DASH = "dash"


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed amount.

    Attributes
    ----------
    value
        In the printed unit, exact.
    text
        As published, white space and separators included.
    has_inner_blank
        True where white space stood between the digits (``16, 291. 51``), a conversion fault.
    """

    value: Decimal
    text: str
    has_inner_blank: bool = False

    def in_yuan(self, unit: str) -> Decimal:
        """Return the amount in yuan; ``unit`` is a key of :data:`UNIT_FACTORS`."""
        return plain(self.value * UNIT_FACTORS[unit])


_MOST_DIGITS = 20  # cells run together make longer ones


def plain(value: Decimal) -> Decimal:
    """Return the same number without exponent and without trailing zeros.

    Examples
    --------
    >>> plain(Decimal("1131.10") * 10_000)
    Decimal('11311000')
    """
    if value == value.to_integral_value():
        return value.quantize(Decimal(1))
    return value.normalize()


def parse_number(text: str) -> Decimal | None:
    """Read a whole text as one number.

    Parameters
    ----------
    text
        ``529,387.01``, ``16, 291. 51``, ``（3.5）`` for a negative, full-width digits allowed.

    Returns
    -------
    Decimal or None
        None if the text is anything but one well-formed number: digits grouped in threes or not
        grouped at all, and no more than 20 of them.  A blank between two digits is a fault of the
        conversion where a decimal point follows; elsewhere two figures may have met in one cell.

    Examples
    --------
    >>> parse_number("16, 291. 51")
    Decimal('16291.51')
    >>> parse_number("1,23") is None, parse_number("366 12") is None
    (True, True)
    """
    narrow = text.strip().translate(_FULL_WIDTH)
    if any(match.start() > narrow.rfind(".") for match in _BREAK.finditer(narrow)):
        return None
    ascii_text = squeeze(narrow)
    bracketed = _BRACKETED.fullmatch(ascii_text)
    if bracketed and "." in ascii_text:
        ascii_text = "-" + bracketed.group(1)
    is_long = sum(character.isdigit() for character in ascii_text) > _MOST_DIGITS
    if is_long or not _NUMBER.fullmatch(ascii_text):
        return None
    return Decimal(re.sub(r"[−–]", "-", ascii_text).replace(",", ""))


def parse_amount(text: str) -> Amount | Blank | None:
    """Read a table cell that should hold an amount.

    Returns
    -------
    Amount, Blank or None
        ``Blank.EMPTY`` for white space, ``Blank.DASH`` for dashes, None for text that is no amount
        (the caller decides whether that is a label or an unreadable figure).

    Examples
    --------
    >>> parse_amount("1,131.10").value
    Decimal('1131.10')
    >>> parse_amount("　"), parse_amount("—")
    (<Blank.EMPTY: 'empty'>, <Blank.DASH: 'dash'>)
    >>> parse_amount("其中") is None
    True
    """
    stripped = text.strip(" \t\r\n\u3000\u00a0")
    if not stripped:
        return Blank.EMPTY
    value = parse_number(stripped)
    if value is not None:
        return Amount(value, stripped, squeeze(stripped) != stripped)
    if _DASH.fullmatch(squeeze(stripped).translate(_FULL_WIDTH)):
        return Blank.DASH
    return None


def find_unit(text: str) -> str | None:
    """Return the unit that a caption such as ``单位：万元`` states, or None.

    Examples
    --------
    >>> find_unit("编制部门：某局                  金额单位：万元")
    '万元'
    >>> find_unit("以下各表金额单位均为亿元。"), find_unit("金额均以千元为单位")
    ('亿元', '千元')
    """
    match = _UNIT_IN_CAPTION.search(squeeze(text))
    return match and (match.group(1) or match.group(2))
