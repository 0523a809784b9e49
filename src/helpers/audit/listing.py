"""Findings as a list to read in the terminal.

Place in the chain: last of ``audit``, for the command line.  Input: a disclosure.  Output: text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.audit.by_cause import (
    SEVERITIES,
    Cause,
    Row,
    causes,
    gap_text,
    other_places,
    value_text,
)
from helpers.audit.coverage import Covered, FamilyCount, by_family, coverage
from helpers.audit.findings import rules
from helpers.line_breaks import text_columns, wrap
from helpers.wording import label, say

if TYPE_CHECKING:
    from helpers.disclosure import Disclosure

WIDTH = 100
_INDENT = "      "
_VALUE = 24  # columns of a figure
_MOST_PLACES = 8
_MOST_OTHERS = 6  # findings of one cause named beside the one that leads
_COUNTS = ("checks", "held", "failed", "not_checkable", "rounding", "causes")


def listing(disclosure: Disclosure, lang: str = "en") -> str:
    """Return what was checked and what does not add up, errors first, one entry per cause.

    Parameters
    ----------
    disclosure
        As read.
    lang
        ``en`` or ``zh``: the language of the statements and of what is said about them.

    Returns
    -------
    str
        Lines of at most 100 columns, a Chinese character counting two, without a line break at
        the end.  Differences that rounding explains are counted only.
    """
    source, rows = disclosure.source, disclosure.rows
    counts = by_family(rows["checks"], rows["findings"])
    found = causes(rows["findings"])
    lines = ["═" * WIDTH, *_wrapped(source.title, ""), source.source_id, ""]
    if not counts:
        return "\n".join([*lines, *_wrapped(say("audit.none_checked", lang), "")])
    lines += _wrapped(say("audit.checks", lang, **totals(counts)), "")
    covered = coverage(rows)
    if covered:
        lines += _wrapped(tell_coverage(covered, lang), "")
    lines += ["", *_count_table(counts, lang)]
    if not found:
        lines += ["", *_wrapped(say("audit.none", lang), "")]
    for severity in SEVERITIES:
        own = [one for one in found if one.severity == severity and not one.is_conversion]
        lines += _section(_title(severity, own, lang), own, lang)
    damaged = [one for one in found if one.is_conversion]
    lines += _section(say("audit.conversion", lang), damaged, lang)
    return "\n".join(lines)


def totals(counts: Sequence[FamilyCount]) -> dict[str, int]:
    """Return the counts of all families together, by their names."""
    names = FamilyCount._fields[1:]
    return {name: sum(getattr(count, name) for count in counts) for name in names}


def tell_coverage(covered: Sequence[Covered], lang: str = "en") -> str:
    """Return the sentence on how many figures at least one check rests on."""
    kinds = [
        say(
            "audit.covered_kind",
            lang,
            kind=label(one.kind, lang),
            figures=one.figures,
            checked=one.checked,
            share=one.share,
        )
        for one in covered
    ]
    return say("audit.covered", lang, kinds=("、" if lang == "zh" else ", ").join(kinds))


def _title(severity: str, own: Sequence[Cause], lang: str) -> str:
    return say(
        "audit.severity",
        lang,
        severity=say(f"heading.{severity}", lang),
        causes=len(own),
        findings=sum(len(one.rows) for one in own),
    )


def _section(title: str, own: Sequence[Cause], lang: str) -> Iterator[str]:
    if not own:
        return
    yield ""
    yield f"── {title} ".ljust(WIDTH - text_columns(title) + len(title), "─")
    for cause in own:
        yield from _entry(cause, lang)


def _entry(cause: Cause, lang: str) -> Iterator[str]:
    lead, *others = cause.rows
    yield ""
    name = f"{lead['finding_no']:>4}  {rules()[lead['rule_id']][f'name_{lang}']}"
    gap = (
        say("audit.difference", lang, difference=gap_text(lead, lang)) if lead["difference"] else ""
    )
    yield f"{name}{_right(gap, WIDTH - text_columns(name))}".rstrip()
    yield from _sides(cause, lang)
    if others:
        yield from _wrapped(_tell_others(others, lang), _INDENT)
    for told in [*tell_hints(cause, lang), tell_suspects(cause, lang)]:
        if told:
            yield from _wrapped(told, _INDENT)


def _sides(cause: Cause, lang: str) -> Iterator[str]:
    """Yield both sides: figures below one another, words one after the other where they fit."""
    told = []
    for side in ("left", "right"):
        places = _listed(cause.lead[f"{side}_origin"].split(";"))
        what = f"{cause.lead[f'{side}_label']} {places}".rstrip()
        told.append((value_text(cause.lead, side, lang), what))
    if not cause.is_about_words:
        for value, what in told:
            yield from _wrapped(what, f"{_right(value, _VALUE)}  ")
        return
    left, right = (f"{value}  {what}" for value, what in told)
    both = f"{_INDENT}{left}  ≠  {right}"
    if text_columns(both) <= WIDTH:
        yield both
    else:
        yield from [*_wrapped(left, _INDENT), *_wrapped(right, _INDENT)]


def _tell_others(others: Sequence[Row], lang: str) -> str:
    """Name the other findings of a cause, the first few of many."""
    shown = ", ".join(f"{row['finding_no']} ({_where(row)})" for row in others[:_MOST_OTHERS])
    told = say("audit.same_cause", lang, others=shown)
    left = len(others) - _MOST_OTHERS
    return f"{told} {say('audit.others_left', lang, n=left)}" if left > 0 else told


def tell_hints(cause: Cause, lang: str = "en") -> list[str]:
    """Return the likely slips of a cause in sentences that call them hints."""
    sentences = []
    for hint in cause.hints:
        value = say("audit.hint_value", lang, value=hint.value)
        change = f"{hint.origin}{value}" if lang == "zh" else f"{hint.origin} {value}"
        sentences.append(say("audit.hint", lang, hint=hint.evidence[lang] or change))
    return sentences


def tell_suspects(cause: Cause, lang: str = "en") -> str:
    """Return the sentence on the figures to look at first; empty where a hint says more."""
    if cause.hints or not cause.suspects:
        return ""
    return say("audit.suspects", lang, places=" ".join(cause.suspects))


def _where(row: Row) -> str:
    return _listed(other_places([row])[:1])


def _listed(places: Sequence[str]) -> str:
    more = " …" if len(places) > _MOST_PLACES else ""
    return " ".join(places[:_MOST_PLACES]) + more


def _count_table(counts: Sequence[FamilyCount], lang: str) -> Iterator[str]:
    heads = [label(name, lang) for name in _COUNTS]
    names = [label(count.family, lang) for count in counts]
    first = max(map(text_columns, names)) + 4
    yield " " * first + "".join(_right(head, text_columns(head) + 3) for head in heads)
    for name, count in zip(names, counts, strict=True):
        cells = [f"{getattr(count, column):,}" for column in _COUNTS]
        widths = [text_columns(head) + 3 for head in heads]
        yield f"  {name}".ljust(first - text_columns(name) + len(name)) + "".join(
            map(_right, cells, widths)
        )


def _right(text: str, width: int) -> str:
    return " " * (width - text_columns(text)) + text


def _wrapped(text: str, start: str) -> list[str]:
    """Break a text into lines; the first begins with ``start``, the others below its end."""
    indent = text_columns(start)
    first, *rest = wrap(text, WIDTH - indent).split("\n")
    return [start + first, *(" " * indent + line for line in rest)]
