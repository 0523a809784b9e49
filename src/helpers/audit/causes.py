"""Which findings have one cause.

Place in the chain: between the identities that fail and the rows of ``findings.csv``.  Input:
failed identities with their places, and the slips found for them.  Output: a number per cause.

One wrong figure fails a sum down, a sum across and every sentence that repeats it; a reader wants
to see it once.  Findings have one cause where one slip repairs them; where they miss by the same
amount and share a place, a row or a blank; where cells of one row are left blank; where they miss
by the same amount, of so many digits that chance is no explanation; where one rate or one phrase
is printed twice, or one description differs in several figures; or where, between the same two
tables, what a total misses is what its parts miss together.  What rounding explains shares no cause
with what it does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from helpers.audit.identity import Identity
from helpers.audit.slips import Slip

_OF_ONE_PLACE = frozenset({"evaluation_withheld", "description_goal", "description_indicator"})
_TELLING_DIGITS = 4
_MOST_PARTS = 4
_MOST_COMPARED = 16  # more failed rows between two tables are not one slip in their sums


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed identity, repeats merged.

    Attributes
    ----------
    identity
        The first of those that state the same.
    left, right
        Places of both sides, those of the repeats included.
    slip
        What the evidence singles out for it, if anything.
    """

    identity: Identity
    left: tuple[str, ...]
    right: tuple[str, ...]
    slip: Slip | None = None

    @property
    def gap(self) -> Decimal | None:
        """By how much the sides miss each other; what stands beside a blank; None for texts."""
        one = self.identity
        if one.relation in ("text", "rate"):
            return None
        if one.difference is not None:
            return abs(one.difference)
        values = [side.value for side in (one.left, one.right)]
        stated = [value for value in values if isinstance(value, Decimal)]
        return abs(stated[0]) if len(stated) == 1 else None


def _keys(failure: Failure) -> Iterator[Hashable]:
    """Yield what findings of one cause have in common."""
    one, gap = failure.identity, failure.gap
    if failure.slip is not None:
        yield tuple(sorted(failure.slip.changes.items()))
    for side in (one.left, one.right):
        if side.value is None:
            row, has_column, _ = side.label.rpartition("·")
            yield "blank", row if has_column else side.label
    if one.relation == "text" and one.right.value:
        yield one.rule_id, one.right.value
    elif one.rule_id == "claim_growth":
        yield one.rule_id, one.left.value, one.right.value
    if one.rule_id in _OF_ONE_PLACE:
        for place in failure.left:
            yield one.rule_id, place
    if one.difference:
        for place in (one.subject, *failure.left, *failure.right):
            yield one.unit, place, abs(one.difference)
    if gap is not None and len(gap.normalize().as_tuple().digits) >= _TELLING_DIGITS:
        yield one.unit, gap


def _sums(failures: Sequence[Failure]) -> Iterator[tuple[int, ...]]:
    """Yield the positions of a gap and of those that add up to it, between the same two tables."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, failure in enumerate(failures):
        if failure.gap and failure.identity.repeats and failure.identity.verdict == "different":
            groups[failure.identity.rule_id, failure.identity.repeats].append(position)
    for positions in groups.values():
        if len(positions) > _MOST_COMPARED:
            continue
        gaps = {position: failures[position].gap or Decimal(0) for position in positions}
        for size in range(2, _MOST_PARTS + 1):
            for parts in combinations(positions, size):
                total = sum((gaps[part] for part in parts), Decimal(0))
                for whole in positions:
                    if whole not in parts and gaps[whole] == total:
                        yield (whole, *parts)


def cause_numbers(failures: Sequence[Failure]) -> list[int]:
    """Return the number of each finding's cause, from 1 in the order of the findings."""
    cause = list(range(len(failures)))

    def root(position: int) -> int:
        while cause[position] != position:
            position = cause[position]
        return position

    def join(one: int, other: int) -> None:
        first, second = sorted((root(one), root(other)))
        cause[second] = first

    seen: dict[Hashable, int] = {}
    for position, failure in enumerate(failures):
        for key in _keys(failure):
            kind = failure.identity.verdict
            join(seen.setdefault((kind, key), position), position)
    for first, *others in _sums(failures):
        for other in others:
            join(first, other)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(position), len(numbers) + 1) for position in range(len(cause))]
