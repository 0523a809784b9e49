"""How few amounts carry the sum: concentration ratios, Herfindahl, Gini, Lorenz.

Input: the amounts of one phase and one fund scope. Only amounts above 0 have a share; published
zeros and blanks are counted apart. Output: floats computed from exact fractions, None where a
measure is not defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from helpers.measures.exact import exact, to_decimal


@dataclass(frozen=True)
class _Counted:
    """Amounts sorted by kind: positive ones in ascending order, zeros and blanks counted."""

    positive: tuple[Fraction, ...]
    n_zero: int
    n_blank: int

    @property
    def shares(self) -> list[Fraction]:
        total = sum(self.positive, Fraction())
        return [amount / total for amount in self.positive]


def _count(amounts: Iterable[Any]) -> _Counted:
    positive: list[Fraction] = []
    n_zero = n_blank = 0
    for position, value in enumerate(amounts, start=1):
        amount = exact(value)
        if amount is None:
            n_blank += 1
        elif amount == 0:
            n_zero += 1
        elif amount < 0:
            raise ValueError(f"amount {amount} at position {position} is negative")
        else:
            positive.append(Fraction(amount))
    return _Counted(tuple(sorted(positive)), n_zero, n_blank)


def _sum_of_squares(amounts: Iterable[Any]) -> tuple[int, Fraction | None]:
    shares = _count(amounts).shares
    return len(shares), (sum((s * s for s in shares), Fraction()) if shares else None)


def top_share(amounts: Iterable[Any], k: int) -> float | None:
    """Return the share of the k largest amounts in the sum (concentration ratio, CR_k).

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        Yuan, of one phase and one fund scope. Zeros and blanks have no share.
    k : int
        How many of the largest, at least 1.

    Returns
    -------
    float or None
        From k/n (all equal) to 1; exactly 1 where there are k amounts or fewer; None where no
        amount is above 0.

    Raises
    ------
    ValueError
        If an amount is negative (named with its position), or k is below 1.

    References
    ----------
    Bain, J. S. (1951). Relation of profit rate to industry concentration. *Quarterly Journal of
    Economics* 65(3), 293-324.

    Examples
    --------
    >>> top_share([Decimal("50"), Decimal("30"), Decimal("20"), None], 1)
    0.5
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    shares = _count(amounts).shares
    return float(sum(shares[-k:], Fraction())) if shares else None


def herfindahl(amounts: Iterable[Any]) -> float | None:
    """Return the Herfindahl-Hirschman index, 10,000 × the sum of the squared shares.

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        Yuan, of one phase and one fund scope. Zeros and blanks have no share.

    Returns
    -------
    float or None
        From 10,000/n (n equal amounts) to 10,000 (a single one); None where no amount is above 0.

    Raises
    ------
    ValueError
        If an amount is negative (named with its position).

    References
    ----------
    Hirschman, A. O. (1945). *National Power and the Structure of Foreign Trade*. University of
    California Press. Herfindahl, O. C. (1950). *Concentration in the U.S. Steel Industry*.
    Doctoral dissertation, Columbia University.

    Examples
    --------
    >>> herfindahl([50, 30, 20])
    3800.0
    """
    _, squares = _sum_of_squares(amounts)
    return None if squares is None else float(10_000 * squares)


def herfindahl_normalised(amounts: Iterable[Any]) -> float | None:
    """Return the Herfindahl index freed from the number of amounts, (H − 1/n) / (1 − 1/n).

    Two departments with different numbers of projects can be compared by it: the plain index cannot
    fall below 10,000/n.

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        As for :func:`herfindahl`; H is the sum of the squared shares, n the number above 0.

    Returns
    -------
    float or None
        From 0 (all equal) towards 1 (one has nearly all); None where n is 0 or 1.

    Raises
    ------
    ValueError
        If an amount is negative (named with its position).

    References
    ----------
    Hall, M. and Tideman, N. (1967). Measures of concentration. *Journal of the American
    Statistical Association* 62(317), 162-168, discuss the dependence on n.
    """
    n, squares = _sum_of_squares(amounts)
    if squares is None or n == 1:
        return None
    return float((squares - Fraction(1, n)) / (1 - Fraction(1, n)))


def effective_number(amounts: Iterable[Any]) -> float | None:
    """Return 1/H: the number of equal amounts that would be as concentrated as these.

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        As for :func:`herfindahl`; H is the sum of the squared shares.

    Returns
    -------
    float or None
        From 1 to n; None where no amount is above 0.

    Raises
    ------
    ValueError
        If an amount is negative (named with its position).

    References
    ----------
    Adelman, M. A. (1969). Comment on the "H" concentration measure as a numbers-equivalent.
    *Review of Economics and Statistics* 51(1), 99-101.
    """
    _, squares = _sum_of_squares(amounts)
    return None if squares is None else float(1 / squares)


def gini(amounts: Iterable[Any]) -> float | None:
    """Return the Gini coefficient, Σ(2i − n − 1)xᵢ / (nΣx) with x in ascending order.

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        Yuan, of one phase and one fund scope; only those above 0 enter.

    Returns
    -------
    float or None
        From 0 (all equal) to below (n − 1)/n, see :func:`gini_maximum`; 0 for one amount; None
        where no amount is above 0.

    Raises
    ------
    ValueError
        If an amount is negative (named with its position).

    References
    ----------
    Gini, C. (1912). *Variabilità e mutabilità*. Bologna: Cuppini.

    Examples
    --------
    >>> gini([1, 1, 2])
    0.16666666666666666
    """
    x = _count(amounts).positive
    n = len(x)
    if n == 0:
        return None
    weighted = sum((2 * i - n - 1) * amount for i, amount in enumerate(x, start=1))
    return float(weighted / (n * sum(x, Fraction())))


def gini_maximum(n: int) -> float | None:
    """Return (n − 1)/n, the value that the Gini coefficient of n amounts cannot exceed.

    Parameters
    ----------
    n : int
        Number of amounts above 0.

    Returns
    -------
    float or None
        From 0 (n = 1) towards 1; None for n = 0.
    """
    if n < 0:
        raise ValueError(f"a number of amounts cannot be {n}")
    return None if n == 0 else (n - 1) / n


def lorenz_curve(amounts: Iterable[Any]) -> pd.DataFrame:
    """Return the points of the Lorenz curve: which share of the money the smallest share carries.

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        Yuan, of one phase and one fund scope; only those above 0 enter.

    Returns
    -------
    DataFrame
        ``population_share`` (i/n) and ``amount_share`` (of the sum), floats from 0 to 1: n + 1 rows
        from (0, 0) to (1, 1), or no row where no amount is above 0.

    Raises
    ------
    ValueError
        If an amount is negative (named with its position).

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. *Publications of the
    American Statistical Association* 9(70), 209-219.
    """
    x = _count(amounts).positive
    points: list[tuple[float, float]] = []
    if x:
        total, running = sum(x, Fraction()), Fraction()
        points.append((0.0, 0.0))
        for i, amount in enumerate(x, start=1):
            running += amount
            points.append((i / len(x), float(running / total)))
    return pd.DataFrame(points, columns=["population_share", "amount_share"], dtype=float)


@dataclass(frozen=True)
class Concentration:
    """How few amounts carry the sum; every measure is None where no amount is above 0.

    Attributes
    ----------
    n, n_zero, n_blank : int
        Amounts above 0 (these alone enter the measures), published zeros, and blanks.
    total_yuan : Decimal or None
        Their sum, exact.
    cr1, cr3, cr5 : float or None
        Share of the 1, 3, 5 largest (:func:`top_share`).
    hhi, hhi_normalised, effective_number : float or None
        See :func:`herfindahl`, :func:`herfindahl_normalised`, :func:`effective_number`.
    gini, gini_max : float or None
        See :func:`gini`, :func:`gini_maximum`.
    """

    n: int
    n_zero: int
    n_blank: int
    total_yuan: Decimal | None
    cr1: float | None
    cr3: float | None
    cr5: float | None
    hhi: float | None
    hhi_normalised: float | None
    effective_number: float | None
    gini: float | None
    gini_max: float | None


def concentration(amounts: Iterable[Any]) -> Concentration:
    """Compute every measure of concentration of one set of amounts.

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        Yuan, of one phase and one fund scope.

    Returns
    -------
    Concentration

    Raises
    ------
    ValueError
        If an amount is negative (named with its position).
    """
    amounts = list(amounts)
    counted = _count(amounts)
    x = counted.positive
    return Concentration(
        n=len(x),
        n_zero=counted.n_zero,
        n_blank=counted.n_blank,
        total_yuan=to_decimal(sum(x, Fraction())) if x else None,
        cr1=top_share(amounts, 1),
        cr3=top_share(amounts, 3),
        cr5=top_share(amounts, 5),
        hhi=herfindahl(amounts),
        hhi_normalised=herfindahl_normalised(amounts),
        effective_number=effective_number(amounts),
        gini=gini(amounts),
        gini_max=gini_maximum(len(x)),
    )


def concentration_without_largest(amounts: Iterable[Any]) -> Concentration:
    """Compute the same with the largest amount left out.

    One public-private partnership or one fund transfer may dwarf everything else a department does;
    this shows what is left when it is set aside. Of several equal largest, one is left out.

    Parameters
    ----------
    amounts : iterable of Decimal, int, str or None
        Yuan, of one phase and one fund scope.

    Returns
    -------
    Concentration
        All measures None where at most one amount is above 0.

    Raises
    ------
    ValueError
        If an amount is negative (named with its position).
    """
    stated = [exact(value) for value in amounts]
    _count(stated)  # before anything is left out, so that a negative amount is named by its place
    positive = [amount for amount in stated if amount is not None and amount > 0]
    if positive:
        stated.remove(max(positive))
    return concentration(stated)
