"""What a template left in the text, and words that are wrong wherever they stand.

Place in the chain: a family of rules of ``audit``.  Input: prose.  Output: identities.

Each row of ``reference/text_residue.csv`` is a pattern of normalised text, where it is looked for,
and what should stand there.  A blank left for a figure is a claim without value: ``claim_blank``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from helpers.audit.identity import Identity
from helpers.audit.words.prose import Prose, heading_of, slip, words
from helpers.document import squeeze
from helpers.passages import normalise
from helpers.reference_data import read_reference

_READ_BY_EYE = frozenset({"text_term"})
"""Wrong characters: text recognition makes its own."""


@cache
def _patterns(place: str) -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    return tuple(
        (row["rule_id"], re.compile(row["pattern"]), row["should_be"], row["condition"])
        for row in read_reference("text_residue")
        if place in row["places"].split()
    )


@cache
def _any_pattern(place: str) -> re.Pattern[str]:
    """Return one pattern for all of a place: most texts match none of them."""
    return re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern, _, _ in _patterns(place)))


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
        for rule_id, pattern, should_be, condition in _patterns(place):
            if condition == "single_unit" and len(prose.units) != 1:
                continue
            if rule_id in _READ_BY_EYE and prose.is_recognised:
                continue
            for match in pattern.finditer(text):
                origin = origins[match.start()]
                key = (rule_id, match.group(), origin)
                if key not in found:
                    found[key] = None
                    shown = _around(text, match)
                    left, right = words(shown, label, origin), words(should_be, "应为")
                    yield slip(rule_id, left, right)


def _around(text: str, match: re.Match[str], width: int = 8) -> str:
    """Return what matched with the words beside it, up to the clause's end."""
    before = re.split(r"[,;:。]", text[max(0, match.start() - width) : match.start()])[-1]
    after = re.split(r"[,;。]", text[match.end() : match.end() + width])[0]
    return before + match.group() + after
