"""Exact amounts in data frames: the arithmetic under every measure.

An amount is a :class:`~decimal.Decimal`, an ``int``, or the text of a number. Floats are refused,
because an amount that went through one is no longer the published amount. Missing (``None``, NaN,
``NA``, empty text) stays missing: ``None`` in a single answer, ``None`` in a column of amounts, NaN
in a column of ratios. Sums and quotients are made in fractions; only ratios leave as floats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Integral
from typing import Any

import pandas as pd

#: What tells one disclosure's figures apart: a document may state several years and phases.
DISCLOSURE = ("source_id", "fiscal_year", "phase")

Key = tuple[Any, ...]


def exact(value: Any) -> Decimal | None:
    """Return an amount as a Decimal, or None where nothing is stated.

    Raises
    ------
    TypeError
        If the amount is a float.
    ValueError
        If the text is not a finite number.
    """
    if value is None or value is pd.NA or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float):
        if value != value:
            return None
        raise TypeError(
            f"amount {value!r} is a float; pass Decimal({str(value)!r}) to keep it exact"
        )
    if isinstance(value, Integral):
        return Decimal(int(value))
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not an amount") from None
    if number.is_nan():
        return None
    if number.is_infinite():
        raise ValueError(f"{value!r} is not an amount")
    return number


def add(values: Iterable[Any]) -> Decimal | None:
    """Add what is stated; None if nothing is."""
    stated = [value for value in map(exact, values) if value is not None]
    return to_decimal(sum(map(Fraction, stated), Fraction())) if stated else None


def subtract(whole: Any, part: Any) -> Decimal | None:
    """Subtract; None where a side is missing."""
    whole, part = exact(whole), exact(part)
    return None if whole is None or part is None else to_decimal(Fraction(whole) - Fraction(part))


def to_decimal(value: Fraction) -> Decimal:
    """Write a sum of decimals as a Decimal.

    Adding Decimals would round to the precision of the current context; this does not.
    """
    places = 0
    while value.denominator > 1:
        value *= 10
        places += 1
    return Decimal(f"{value.numerator}E-{places}")


def ratio(part: Any, whole: Any) -> float | None:
    """Divide exactly; None where a side is missing or the whole is 0."""
    part, whole = exact(part), exact(whole)
    return float(Fraction(part) / Fraction(whole)) if part is not None and whole else None


def ratios(parts: Iterable[Any], wholes: Iterable[Any]) -> list[float]:
    """Divide two columns of exact amounts; NaN where a side is missing or the whole is 0."""
    quotients = (ratio(part, whole) for part, whole in zip(parts, wholes, strict=True))
    return [float("nan") if quotient is None else quotient for quotient in quotients]


def keys(frame: pd.DataFrame, columns: Sequence[str]) -> list[Key]:
    """Return each row's values of some columns, missing as None.

    Without columns every row has the same, empty key. NaN would not do: it is not equal to itself,
    so that each row without a value would be a group of its own.
    """
    if not columns:
        return [()] * len(frame)
    cells = ([None if pd.isna(cell) else cell for cell in frame[column]] for column in columns)
    return list(zip(*cells, strict=True))


def groups(frame: pd.DataFrame, by: Sequence[str]) -> dict[Key, pd.DataFrame]:
    """Split a frame by key, groups and rows in the order met."""
    places: dict[Key, list[int]] = {}
    for position, key in enumerate(keys(frame, by)):
        places.setdefault(key, []).append(position)
    return {key: frame.iloc[positions] for key, positions in places.items()}


def where(frame: pd.DataFrame, flags: Iterable[bool]) -> pd.DataFrame:
    """Keep the rows flagged; of an empty frame, an empty frame with the same columns."""
    return frame[pd.Series(list(flags), index=frame.index, dtype=bool)]


def sums(frame: pd.DataFrame, by: Sequence[str], amount: str) -> dict[Key, Decimal | None]:
    """Add exact amounts by group, the groups in the order met."""
    members: dict[Key, list[Any]] = {}
    for key, value in zip(keys(frame, by), frame[amount], strict=True):
        members.setdefault(key, []).append(value)
    return {key: add(values) for key, values in members.items()}


def shares_within(frame: pd.DataFrame, within: Sequence[str], amount: str) -> list[float]:
    """Divide each amount by the sum of its group."""
    wholes = sums(frame, within, amount)
    return ratios(frame[amount], [wholes[key] for key in keys(frame, within)])


def table(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Make a data frame in which a missing amount stays None and a missing ratio is NaN.

    Exact columns are those whose name ends in ``_yuan`` or ``_rate`` or begins with ``persons_``.
    """
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    typed = {}
    for name, column in zip(columns, cells, strict=True):
        is_amount = name.endswith(("_yuan", "_rate")) or name.startswith("persons_")
        is_blank = bool(column) and all(cell is None for cell in column)
        typed[name] = pd.Series(
            list(column), dtype=object if is_amount else float if is_blank else None
        )
    return pd.DataFrame(typed)
