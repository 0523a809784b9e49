"""What a template left in the text, and words that are wrong wherever they stand.

Place in the chain: a family of rules of ``audit``.  Input: prose.  Output: identities.

Each row of ``reference/text_residue.csv`` is a pattern of normalised text, where it is looked for,
what should stand there (a back reference is what a group matched), and the form of the sentence
where it is not that of the rule.  A blank left for a figure is a claim without value:
``claim_blank``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from helpers.audit.identity import Identity
from helpers.audit.words.prose import Prose, described, heading_of, slip, words
from helpers.document import squeeze
from helpers.passages import normalise
from helpers.reference_data import read_reference

_ENDS = re.compile("[,;:。]")
_NEAR = 16  # characters of a clause that are quoted on either side
_ALONE = frozenset({"instruction", "text_template"})  # quoted without what stands beside it
_READ_BY_EYE = frozenset({"text_term"})
"""Wrong characters: text recognition makes its own."""


class _Residue(NamedTuple):
    """A row of the reference: what is looked for, and what is said of it."""

    rule_id: str
    pattern: re.Pattern[str]
    should_be: str
    form: str
    condition: str


@cache
def _patterns(place: str) -> tuple[_Residue, ...]:
    return tuple(
        _Residue(
            row["rule_id"],
            re.compile(row["pattern"]),
            row["should_be"],
            row["form"],
            row["condition"],
        )
        for row in read_reference("text_residue")
        if place in row["places"].split()
    )


@cache
def _any_pattern(place: str) -> re.Pattern[str]:
    """Return one pattern for all of a place: most texts match none of them."""
    return re.compile("|".join(f"(?:{one.pattern.pattern})" for one in _patterns(place)))


def _texts(prose: Prose) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield (place, label, text, line of each character) of everything that is searched."""
    for passage in prose.passages:
        yield "passage", heading_of(passage), passage.text, passage.origins
    for line in prose.headings:
        text = normalise(squeeze(line.text))
        yield "heading", "标题", text, (line.origin,) * len(text)
    for name, text, place in prose.goals:
        yield "goal", name, text, (place,) * len(text)
    for evaluation in prose.evaluations:
        for one in evaluation.indicators:
            text = squeeze(one.level3)
            label = f"{evaluation.name or '整体支出'}/指标"
            yield "indicator", label, text, (one.origin,) * len(text)


def residue(prose: Prose) -> Iterator[Identity]:
    """Return an identity for every word that a template left or that is wrong."""
    found: dict[tuple[str, str, str], None] = {}
    for place, label, text, origins in _texts(prose):
        if not _any_pattern(place).search(text):
            continue
        for one in _patterns(place):
            if one.condition == "single_unit" and len(prose.units) != 1:
                continue
            if one.rule_id in _READ_BY_EYE and prose.is_recognised:
                continue
            for match in one.pattern.finditer(text):
                origin = origins[match.start()]
                shown = match.group() if {one.form, one.rule_id} & _ALONE else _around(text, match)
                key = (one.rule_id, shown, origin)
                if key not in found:
                    found[key] = None
                    left = words(shown, label, origin)
                    expected = match.expand(one.should_be)
                    right = words(expected, "应为") if expected else described("应更正")
                    yield slip(one.rule_id, left, right, form=one.form)


def _around(text: str, match: re.Match[str]) -> str:
    """Return what matched with the words beside it: the clause it stands in, if that is short."""
    before = _ENDS.split(text[: match.start()])[-1]
    after = _ENDS.split(text[match.end() :])[0]
    if len(before) > _NEAR:
        before = "…" + before[-_NEAR:]
    if len(after) > _NEAR:
        after = after[:_NEAR] + "…"
    return before + match.group() + after
