"""The ledger of numbers: where each number of the document went.

Place in the chain: after everything was read.  Input: the document and what was read from it.
Output: one :class:`Entry` per numeric token of the raw text.

A reader that drops a figure without a word cannot be trusted with the others.  So every run of
digits in the raw text is accounted for: as a fact, a claim, a field of a project or an indicator,
as a number that states no quantity (code, year, date, number of a document or list, telephone), or
as unread, with a reason.  Nothing is in no class.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from helpers.document import NARROW, Document, squeeze
from helpers.grid import Grid
from helpers.performance import Evaluation

Row = Mapping[str, Any]

FACT, CLAIM, PROJECT, INDICATOR, UNREAD = "fact", "claim", "project", "indicator", "unread"
CODE, NAME = "code or serial row", "name or caption"

# Blanks after a separator are faults of conversion: 16, 291. 51.
_TOKEN = re.compile(r"[0-9]{1,3}(?:, ?[0-9]{3})+(?![0-9])(?:\. ?[0-9]+)?|[0-9]+(?:\. ?[0-9]+)?")
# A cell of a table that can only be an amount: if it is no fact, it was not read.
_AMOUNT_LIKE = re.compile(r"-?\d[\d,]*\.\d+|-?\d{1,3}(?:,\d{3})+|\d{8,}")
_SEPARATORS = re.compile(r"[, ]")

# The words that tell what a number is stand within so many characters before it.
_REACH = 80

# What a number is that no reader took, by the text before and after it; the first match wins.
_KNOWN: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (name, re.compile(before + r"$"), re.compile(r"^" + after))
    for name, before, after in (
        ("year", r"", r"\s*(?:—|-|–|至|到)?\s*(?:\d{4}\s*)?年"),
        ("year", r"(?:年|20\d\d)?\s*(?:—|-|–|至|到|\()\s*", r"\s*年"),
        ("year", r"[（(]\s*", r"\s*(?:—|-|–|至)\s*20\d\d"),
        ("year", r"20\d\d\s*(?:—|-|–|至)\s*", r"\s*[)）]"),
        ("date", r"年\s*\d{1,2}\s*月\s*", r"\s*$"),
        ("date", r"\d[:：]", r"(?!\d)"),
        ("date", r"", r"[:：]\d\d(?!\d)"),
        ("date", r"年\s*", r"\s*(?:月|至|—|-|日)"),
        ("date", r"", r"\s*(?:月|日)(?!工资|均)"),
        ("date", r"", r"([-/])\d{1,2}\1\d{1,2}(?!\d)"),
        ("date", r"(?:19|20)\d\d[-/]", r"[-/]\d{1,2}(?!\d)"),
        ("date", r"(?:19|20)\d\d([-/])\d{1,2}\1", r"(?!\d)"),
        ("document_number", r"(?:[〔\[【(（]\s*)", r"\s*[〕\]】)）]"),
        ("document_number", r"(?:第\s*)?", r"\s*号"),
        ("document_number", r"[〕\]】)）]\s*", r""),
        ("ordinal", r"第\s*", r""),
        ("list_number", r"^[\s#*>\-]*[（(]?\s*", r"\s*(?:[)）]?[、.．)）]|[)）])"),
        ("list_number", r"[:：;；。,，（(\t\s”》\"]", r"\s*[、.．)）](?!\d)"),
        ("list_number", r"(?:目标|任务|内容|附件?|表|图|公开)\s*", r""),
        ("threshold", r"", r"\s*[\u4e00-\u9fff]{0,2}\s*(?:[（(]含[）)])?\s*以[上下内]"),
        ("telephone", r"(?:电话|手机|传真)[^\d]{0,12}(?:0\d{2,3}\s*-\s*)?", r""),
        ("version", r"[A-Za-zＡ-Ｚ]\s*[-.]?", r""),
        ("version", r"(?:标准|版本)\s*", r""),
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the raw text and its account.

    Attributes
    ----------
    text
        As printed, blanks between the digits removed.
    line
        1-based line of the document.
    account
        ``fact, claim, project, indicator``; in tables ``code or serial row, name or caption``;
        ``year, date, document_number, ordinal, list_number, threshold, telephone, version``;
        ``unread``.
    context
        The text around it, for a reader.
    """

    text: str
    line: int
    account: str
    context: str


@dataclass(frozen=True, slots=True)
class _Token:
    key: str
    text: str
    line: int
    start: int
    end: int


def tokens_of(text: str) -> list[str]:
    """Return the numbers of a text without separators, in order.

    Examples
    --------
    >>> tokens_of("16, 291. 51 万元, 占 3%")
    ['16291.51', '3']
    """
    return [_SEPARATORS.sub("", match.group()) for match in _TOKEN.finditer(text.translate(NARROW))]


def _tokens(lines: Sequence[str]) -> Iterator[_Token]:
    for number, line in enumerate(lines, 1):
        for match in _TOKEN.finditer(line.translate(NARROW)):
            key = _SEPARATORS.sub("", match.group())
            yield _Token(key, match.group().replace(" ", ""), number, match.start(), match.end())


class _Accounts:
    """Numbers that some reader took, by line, waiting to be met in the raw text."""

    def __init__(self, document: Document) -> None:
        self.numbers = document.numbers
        self.waiting: dict[int, dict[str, Counter[str]]] = defaultdict(dict)

    def expect(self, account: str, text: str, origin: str) -> None:
        for place in origin.split(";"):
            # Line 0 is never met: what names no place of the document is invented.
            number = self.numbers.get(place, 0)
            self.waiting[number].setdefault(account, Counter()).update(tokens_of(text))

    def expects(self, line: int, key: str) -> bool:
        return any(taken[key] > 0 for taken in self.waiting.get(line, {}).values())

    def left(self, *accounts: str) -> Iterator[tuple[str, str, int]]:
        for line, waiting in self.waiting.items():
            for account in accounts:
                for key, count in waiting.get(account, Counter()).items():
                    if count > 0:
                        yield account, key, line

    def take(self, line: int, key: str) -> str | None:
        for account, taken in self.waiting.get(line, {}).items():
            if taken[key] > 0:
                taken[key] -= 1
                return account
        return None


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{abs(value):f}"


def _expect_tables(accounts: _Accounts, grids: Iterable[Grid], facts: Iterable[Row]) -> None:
    for fact in facts:
        accounts.expect(FACT, fact["amount_text"], fact["origin"])
    for grid in grids:
        for cell in grid.cells:
            text = squeeze(cell.text)
            if not _AMOUNT_LIKE.fullmatch(text):
                accounts.expect(CODE if text.isdigit() else NAME, text, cell.origin)


def _expect_evaluations(accounts: _Accounts, evaluations: Iterable[Evaluation]) -> None:
    for evaluation in evaluations:
        accounts.expect(PROJECT, evaluation.printed_name, evaluation.origin)
        for fund in evaluation.funds:
            for name, origin in fund.origins.items():
                amount = getattr(fund, name)
                if amount is not None:
                    accounts.expect(PROJECT, amount.text, origin)
        for name, origin in evaluation.origins.items():
            value = getattr(evaluation, name)
            accounts.expect(PROJECT, value if isinstance(value, str) else _plain(value), origin)
        for indicator in evaluation.indicators:
            for cell in (cell for cells in indicator.cells.values() for cell in cells):
                accounts.expect(INDICATOR, cell.text, cell.origin)


def _known(line: str, token: _Token) -> str | None:
    start = max(0, token.start - _REACH)
    # A sign for the cut: what must open a line does not match in its middle.
    before, after = "…" * bool(start) + line[start : token.start], line[token.end :]
    for name, left, right in _KNOWN:
        if left.search(before) and right.match(after):
            return name
    return None


@dataclass(frozen=True, slots=True, repr=False)
class Ledger:
    """All numbers of a document and where they went.

    Attributes
    ----------
    entries
        One per numeric token, in the order of the raw text.
    invented
        (account, number, line) of every figure that a reader gave and that does not stand on the
        line it names; empty unless there is a fault in a reader.
    """

    entries: tuple[Entry, ...]
    invented: tuple[tuple[str, str, int], ...]

    def __repr__(self) -> str:
        return f"<Ledger: {len(self.entries)} numbers, {len(self.invented)} invented>"

    def counts(self) -> dict[str, int]:
        """Return how many numbers went to each account, the most frequent first."""
        return dict(Counter(entry.account for entry in self.entries).most_common())


def keep_ledger(
    document: Document,
    grids: Sequence[Grid],
    evaluations: Sequence[Evaluation],
    rows: Mapping[str, Sequence[Row]],
) -> Ledger:
    """Account for every number of a document.

    Parameters
    ----------
    document
        With its lines.
    grids
        Those of its statutory tables.
    evaluations
        Its performance tables.
    rows
        Rows of ``facts`` and ``claims``.
    """
    accounts = _Accounts(document)
    for claim in rows["claims"]:
        accounts.expect(CLAIM, _plain(claim["value"]), claim["origin"])
    _expect_tables(accounts, grids, rows["facts"])
    _expect_evaluations(accounts, evaluations)
    tokens = _joined(list(_tokens(document.lines)), document.lines, accounts)
    numbers = {token.line for token in tokens}
    narrow = {number: document.lines[number - 1].translate(NARROW) for number in numbers}
    known = [_known(narrow[token.line], token) for token in tokens]
    # A list number 2、 must not take the account of 「2台」 on the same line: what can only be a
    # figure chooses first.
    taken = {i: accounts.take(t.line, t.key) for i, t in enumerate(tokens) if known[i] is None}
    entries = []
    for index, token in enumerate(tokens):
        account = taken[index] if index in taken else accounts.take(token.line, token.key)
        line = document.lines[token.line - 1]
        context = line[max(0, token.start - 14) : token.end + 10].strip()
        entries.append(Entry(token.text, token.line, account or known[index] or UNREAD, context))
    return Ledger(tuple(entries), tuple(accounts.left(FACT, CLAIM)))


def _joined(tokens: list[_Token], lines: Sequence[str], accounts: _Accounts) -> list[_Token]:
    """Join the halves of numbers that readers took as one: 3403 8.04 for 34038.04."""
    joined: list[_Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        between = _between(lines, last, token) if last else None
        if last and between in ("", ".") and not accounts.expects(last.line, last.key):
            key = last.key + between + token.key
            if accounts.expects(last.line, key):
                text = f"{last.text}{between}{token.text}"
                joined[-1] = replace(last, key=key, text=text, end=token.end)
                continue
        joined.append(token)
    return joined


def _between(lines: Sequence[str], token: _Token, following: _Token) -> str | None:
    """Return what stands between two tokens of one line but for blanks; None on two lines."""
    if following.line != token.line:
        return None
    return lines[token.line - 1][token.end : following.start].strip(" ")
