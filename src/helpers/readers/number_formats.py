"""Numbers of a workbook as the sheet shows them, as far as that loses nothing.

Place in the chain: under the reader of workbooks.  Input: a stored number and its number format.
Output: the text of the cell.

A workbook stores a binary number and a format; what a reader sees is made of both.

- *Decimals.*  The format pads: 1234.5 under ``#,##0.00`` is ``1234.50``.  It does not cut: under
  the same format 1234.5678 stays ``1234.5678``, since its sums hold only with all digits.
- *Artefacts.*  0.1 + 0.2 is stored as 0.30000000000000004.  Excel shows fifteen digits at most;
  where rounding to fifteen leaves twelve or fewer, the rest was binary noise and goes.  Where more
  are left, the number is a quotient that never ends: it is shown as its format says (rounded half
  up, as Excel does) or, without one, with fifteen digits.  A stored number of up to fifteen digits
  is never changed.
- *Scale.*  A format may show thousands (``0.00,``) or 万 (``0!.0000``): the text is what is shown,
  since the caption's unit is that of the figures shown.
- *Zero.*  Where the format shows a dash or nothing for zero, so does the text: blank, dash and 0.00
  are three statements.
- Percentages get their sign, dates become ``2024-02-05``, integer formats such as ``00`` keep the
  leading zeros of codes.  There are no thousands separators and no literal words in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    22: "yyyy/m/d h:mm",
    31: 'yyyy"年"m"月"d"日"',
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"',
    42: '#,##0;-#,##0;"-"',
    43: '#,##0.00;-#,##0.00;"-"',
    44: '#,##0.00;-#,##0.00;"-"',
    57: 'yyyy"年"m"月"',
}
"""Formats that files name by number only."""

_DIGITS_SHOWN = 15
_NOISE_LEAVES = 12
# Literal text, padding and repetition, conditions and colours.
_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[[^\]]*\]')
_SCALE_OF_TEN_THOUSAND = re.compile(r'(?:[\\!]\.|"\.")(0+)')
_PLACEHOLDERS = re.compile(r"[0#?][0#?,]*(?:\.[0#?]*,*)?|\.[0#?]+,*")
# Fractions, exponents and texts are shown as the general format would.
_GENERAL = re.compile(r"general|g/通用格式|[#?0]\s*/|E[+-]|^@$", re.IGNORECASE)
_DATE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format: for positive numbers, negative ones or zero."""

    decimals: int | None  # None: as many as there are
    integers: int
    shift: int  # powers of ten the shown number is larger (percent) or smaller (thousands)
    is_percent: bool
    is_date: bool
    has_zero: bool  # without a 0 among its placeholders, the digits of zero are not shown
    words: str


@cache
def _sections(code: str) -> tuple[_Section, ...]:
    return tuple(map(_section, re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)))


def _section(code: str) -> _Section:
    scaled = _SCALE_OF_TEN_THOUSAND.search(code)
    bare = _LITERAL.sub("", code)
    words = "".join(quoted or single for quoted, single in _LITERAL.findall(code))
    if _GENERAL.search(bare) or _DATE.search(bare):
        return _Section(None, 1, 0, False, not _GENERAL.search(bare), True, words)
    if scaled:
        decimals = len(scaled.group(1))
        return _Section(decimals, 1, -decimals, False, False, True, words)
    match = _PLACEHOLDERS.search(bare)
    digits = match.group() if match else ""
    words = (words + bare.replace(digits, "")).strip()
    thousands = len(digits) - len(digits.rstrip(","))
    whole, _, decimals = digits.partition(".")
    shift = 2 * bare.count("%") - 3 * thousands
    return _Section(
        decimals.count("0"), whole.count("0"), shift, "%" in bare, False, "0" in digits, words
    )


def shown(stored: str, code: str, is_1904: bool = False) -> str:
    """Return the text of a number.

    Parameters
    ----------
    stored
        The number as the file stores it.
    code
        The number format, for instance ``#,##0.00``; empty for the general one.
    is_1904
        Whether the workbook counts its days from 1904.

    Examples
    --------
    >>> shown("1234.5", "#,##0.00"), shown("0.30000000000000004", "")
    ('1234.50', '0.3')
    >>> shown("0", '#,##0.00;-#,##0.00;"-"'), shown("1", "00"), shown("0.256", "0.0%")
    ('-', '01', '25.6%')
    """
    value = Decimal(stored)
    sections = _sections(code or "General")
    position = 1 if value < 0 and len(sections) > 1 else 2 if not value and len(sections) > 2 else 0
    section = sections[position]
    if not value and not section.has_zero:
        return section.words
    if section.is_date:
        return _date(value, is_1904)
    value = _without_noise(value, section)
    decimals = max(-int(value.as_tuple().exponent), section.decimals or 0, 0)
    sign, text = "-" * (value < 0), f"{abs(value):.{decimals}f}"
    whole, point, rest = text.partition(".")
    return f"{sign}{whole.zfill(section.integers)}{point}{rest}{'%' * section.is_percent}"


def _without_noise(value: Decimal, section: _Section) -> Decimal:
    """Return the number at the scale that is shown, without binary noise and trailing zeros."""
    if _digits(value) > _DIGITS_SHOWN:
        value = Decimal(f"{value:.{_DIGITS_SHOWN - 1}e}")
        if _digits(value) > _NOISE_LEAVES and section.decimals is not None:
            unit = Decimal(1).scaleb(-section.decimals - section.shift)
            value = value.quantize(unit, ROUND_HALF_UP)
    value = value.scaleb(section.shift).normalize()
    return value if value else Decimal(0)


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def _date(value: Decimal, is_1904: bool) -> str:
    start = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)
    if not 1 <= value < 2_958_466:  # a time of day, or no date at all
        return f"{value:f}"
    moment = start + timedelta(days=int(value))
    return f"{moment:%Y-%m-%d}"
