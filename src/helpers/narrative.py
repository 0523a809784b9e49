"""Claims: every figure a disclosure states in a sentence, with what it is about.

Place in the chain: beside ``tables``; input is the running text of a
:class:`~helpers.document.Document` as :mod:`~helpers.passages` joins it, output a list of
:class:`Claim`.

Final accounts state most figures in sentences only.  The sentences follow the national templates
closely: a subject, an amount, ``其中`` and its parts, a share (``占``), a change on the previous
year and its rate, and budget against final.  Reading them means keeping three things in mind while
the figures pass by: the section's topic, the head of the sentence, and the last thing named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpers.document import Document
from helpers.passages import (
    CARRIED_OUT_BY,
    LIST_MARK,
    MISSING,
    Passage,
    normalise,
    read_passages,
)
from helpers.sentence_figures import MONEY, RATES, figures, formulas, kind_of, role_of

_STRONG = re.compile(r"[,;:。!?]")
_YEAR_PREFIX = re.compile(
    r"^(?:按照.{0,20}原则|截至)?(?:20\d{2}年(?:\d{1,2}月\d{1,2}日)?(?:底|末|度)?)?(?:至20\d{2}年)?"
)
_BUDGET_WORDS = r"年初预算数?|全年预算数|全年预算总额|调整预算数|年度预算数|预算数"
_FINAL_WORDS = r"支出决算数|(?<!.)支出决算|决算数|全年执行数|执行数|实际执行总额"
_QUALIFIER = re.compile(
    rf"^(?!完成)(?P<base>.*?)(?:20\d{{2}}年)?"
    rf"(?:(?P<budget>{_BUDGET_WORDS})|(?P<final>{_FINAL_WORDS})|(?P<rate>预决算差异率))为?$"
)
_BARE = frozenset({"年初预算", "支出决算"})
# These name the thing itself, not a second figure beside it.
_PLAIN_QUALIFIERS = frozenset({"支出决算数", "预算数", "年度预算数"})
_CHANGE = re.compile(
    r"(?P<base>.*?)(?:同比|较|比|与)?(?:上年|上一年|去年|20\d{2}年)?(?:度|同期)?"
    r"(?:预算数?|决算数?|执行数)?(?:相比)?"
    r"(?P<word>增加|减少|增长|下降|降低|增|减)(?:了)?$"
)
_RATE_OF_CHANGE = re.compile(
    r"(?P<word>增长率|增加率|增幅|增速|减少率|下降率|降低率|降幅|减幅)(?:为|达)?$"
)
_COMPARED = re.compile(r"^[比较](?P<base>(?:上年|上一年|去年|20\d{2}年).*|)$")
# 「一般公共预算支出包括：」 names a whole without stating its amount.
_LISTED = re.compile(
    r"(?:^|[,;。])(?P<whole>[^,;:。]*?(?:收入|支出|预算|经费|资金|结余))(?:主要)?包括:[^,;:。]*$"
)
_SHARE = re.compile(r"占[^占]*$")
_COMPLETED = re.compile(r"(?P<word>完成(?:年初|全年|调整|年度)?预算)数?的?$")
# 「主要包括:基本工资、奖金;」 has ended before the next figure: it lists names without amounts.
_OPENS_PARTS = re.compile(r"(?:其中[:,]?|(?:主要)?包括[:]?(?![^;]*、[^;]*;)|具体为[:]?)")
_OPENS_BRACKET = re.compile(r"\(其中[^)]*$")
_CLOSES_BRACKET = re.compile(r"^[^(]*\)")
_SPENT_ON = re.compile(r"主要用于[^,;:。]+$")
_TRIM = re.compile(
    r"^(?:其中|主要包括|包括|主要用于|以及|和|及|的|共计?|分别为?|所以|因此|导致|其(?![他中])|"
    r"(?:我|本)(?:部门|单位|局|中心)|本级预算及(?=下属)|.*情况说明|"
    r"主要原因(?:一是|是|为)?|[一二三四五六]是|\([一二三四五六七八九十]+\)|\(\d{1,2}\)[.、]?)[:,]?|"
    r"(?:为|共|共计|达|达到|约|是|有|的)$"
)
_SUMS = frozenset({"共计", "合计", "总计"})
_PRONOUN = re.compile(r"[此该](?:项目|项|经费|费用|预算)+")
_DIRECTIONS = {"增": "increase", "减": "decrease", "下": "decrease", "降": "decrease"}
# A paragraph that names a year, the department or a comparison stands on its own.
_OWN_HEAD = re.compile(r"20\d{2}年|截至|★|.{0,20}?与(?:上年|年初|全年)|授予")
_FUND = re.compile(r"(?:一般公共预算|政府性基金预算|国有资本经营预算)(?:财政)?拨款")
_SUM_PHRASE = re.compile(r"(?:总计|总额)$")
# 「下设7个科室」: what is counted stands behind the unit.
_COUNTED = re.compile(
    r"[\u4e00-\u9fff]{0,6}?(?:科室|处室|机构|部门|单位|项目|专线|人员)(?!支出|经费)"
)
# 「安排购置50万元以上设备0台,单位价值100万元以上设备0台」: the verb governs both.
_PLANS = re.compile(r"^(?:计划|预计|拟|安排)?(?:购置|购买|采购|新增|更新)")
_BY_VALUE = re.compile(r"^(?:单位|部门|单台|单件)?(?:价值|单价)\d")
# 「7.39万元每人每年」, 「40万元/年」: what an amount is paid for.
_BASIS = re.compile(
    r"/(?P<slashed>(?:[年月天人次日户套件]/?)+)|(?P<each>(?:每(?:人|年|月|天|次|日|户|平方米))+)"
)
_VALUE_WORDS = frozenset({"价值", "金额", "全年", "涉及金额", "涉及预算金额", "涉及预算资金"})
_TOPIC_TAIL = re.compile(
    r"(?:收支)?(?:预算|决算)?(?:数)?(?:总体)?(?:规模变化|结构|具体使用|具体|总体)?情况(?:的)?(?:总体)?(?:说明)?$|情况说明$|说明$"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure in a sentence.

    Attributes
    ----------
    section
        Headings above the sentence, joined with ``/``.
    subject
        What the figure is about, from the general to the particular, joined with ``/``.
    role
        ``amount, share, change, growth, budget, final, variance_rate, count, area``.
    value
        Exact, as printed without separators; None where the sentence leaves the figure out.
    unit
        As printed (万元, %, 人 …); empty where none is printed.
    direction
        ``increase``, ``decrease`` or empty.
    text
        The clause the figure stands in.
    origin
        Line of the figure.
    """

    section: str
    subject: str
    role: str
    value: Decimal | None
    unit: str
    direction: str
    text: str
    origin: str


def _topic(heading: str, department: str) -> str:
    """What a section is about: its heading without number, department, year and 情况说明."""
    text = normalise(heading)
    text = re.sub(r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\))", "", text)
    text = re.sub(r"^关于", "", text).replace(department, "")
    text = re.sub(r"^.{0,40}?20\d{2}年度?", "", text)
    return _TOPIC_TAIL.sub("", text)


@dataclass
class _Sentence:
    """What is in mind while the figures of one passage pass by."""

    topic: str
    department: str
    is_project: bool = False
    head: str = ""  # parent opened by 其中
    head_kind: str = ""
    is_opened_here: bool = False  # the sentence being read opened the head
    first_head: str = ""  # the parent opened first, which later paragraphs may continue
    first_kind: str = ""
    outer: tuple[str, str] | None = None  # head and kind to return to after 主要用于
    bracketed: tuple[str, str, str, str] | None = None  # to return to after （其中 …）
    current: str = ""  # the last thing that got an amount
    current_kind: str = ""
    base: str = ""  # what budget, final and variance refer to
    plan: str = ""  # 安排购置, in force to the end of the sentence
    group: str = ""  # the first thing named since the last semicolon

    def subject(self, phrase: str) -> str:
        """Put a phrase under the open parent."""
        if not phrase or _PRONOUN.fullmatch(phrase):
            return self.current or self.topic
        if phrase in _VALUE_WORDS and self.current:
            return f"{self.current}/{phrase}"
        repeats_parent = phrase.startswith(self.head) and not self.is_project
        return phrase if not self.head or repeats_parent else f"{self.head}/{phrase}"

    def begin(self) -> None:
        """Start a sentence: an open list goes on, what 主要用于 opened does not."""
        self.is_opened_here = False
        self.plan = self.group = ""
        self._return_from_purpose()

    def follow(self, gap: str) -> None:
        """Open and close lists as the words between two figures say."""
        if "情况说明" in gap:
            self.head = ""
        if ";" in gap:
            self.group = ""
            self._return_from_purpose()
        if self.bracketed and _CLOSES_BRACKET.match(gap):
            self.head, self.head_kind, self.current, self.current_kind = self.bracketed
            self.bracketed = None
        listed = _LISTED.search(gap)
        if listed and not _clean_phrase(listed["whole"], "").endswith("其中"):
            self.current, self.current_kind = _clean_phrase(listed["whole"], self.department), ""
            self._open()
            self.first_head = ""
        elif _OPENS_PARTS.search(gap) and (self.current or self.base) and "占" not in gap:
            if _OPENS_BRACKET.search(gap):
                self.bracketed = (self.head, self.head_kind, self.current, self.current_kind)
            self._open()
        elif _SPENT_ON.search(gap) and self.current and not self.is_project:
            outer = (self.head, self.head_kind)
            self._open()
            self.outer = outer

    def _open(self) -> None:
        self.head, self.head_kind = self.current or self.base, self.current_kind
        self.is_opened_here, self.outer = True, None
        if not self.first_head:
            self.first_head, self.first_kind = self.head, self.head_kind

    def _return_from_purpose(self) -> None:
        if self.outer is not None:
            (self.head, self.head_kind), self.outer = self.outer, None

    def governed(self, phrase: str) -> str:
        """Put the verb in front of a phrase that an earlier clause has said it for."""
        if plans := _PLANS.match(phrase):
            self.plan = plans.group()
        return self.plan + phrase if self.plan and _BY_VALUE.match(phrase) else phrase

    def grouped(self, phrase: str, sentence: str) -> str:
        """Put a phrase that several groups of a sentence repeat under the name of its group."""
        if not self.group:
            self.group = phrase
        elif phrase and sentence.count(f",{phrase}") > 1:
            return f"{self.group}/{phrase}"
        return phrase

    def leave_list_of_other_kind(self, unit: str) -> None:
        """End a list of an earlier sentence at a figure that cannot be a part of its whole."""
        kind = kind_of(unit)
        if not self.is_opened_here and kind and self.head_kind not in ("", kind):
            self.head = ""

    def now(self, subject: str, unit: str) -> None:
        """Remember the last thing named."""
        self.current, self.current_kind = subject, kind_of(unit)


def _clean_phrase(gap: str, department: str) -> str:
    """The words right before a figure that name it."""
    parts = (
        [part for part in _STRONG.split(gap) if part] if gap.endswith(":") else _STRONG.split(gap)
    )
    phrase = parts[-1].strip("、 ") if parts else ""
    phrase = phrase.replace(department, "") if department else phrase
    phrase = LIST_MARK.sub("", phrase)
    while phrase not in _SUMS:
        trimmed = _YEAR_PREFIX.sub("", _TRIM.sub("", phrase)).strip("、 ")
        if trimmed == phrase:
            break
        phrase = trimmed
    return re.sub(r"(?<=经费)数$", "", phrase)


def _classified_name(text: str) -> str:
    """The name in front of a list item: ``…(类)…(款)…(项)`` becomes a path."""
    match = re.match(
        r"^(?:\d{1,2}[.、]|\(\d{1,2}\))?(.*?)(?:[:。]|支出决算数?|20\d{2}年预算数|(?=\d|□))", text
    )
    if not match or not re.search(r"\((?:类|款|项)\)", match.group(1)):
        return ""
    return re.sub(r"(\((?:类|款|项)\))(?=.)", r"\1/", match.group(1))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in re.finditer(r"。", text):
        yield start, text[start : match.end()]
        start = match.end()
    if start < len(text):
        yield start, text[start:]


def _counted_noun(unit: str, after: str) -> str:
    """What the unit is followed by: ``下设7个科室`` counts 科室."""
    if not unit or unit in MONEY or unit in RATES:
        return ""
    noun = _COUNTED.match(after)
    return noun.group() if noun else ""


def _qualified(qualifier: re.Match[str], unit: str, state: _Sentence) -> tuple[str, str, str]:
    """Read budget, final and variance: of the thing named here, or of the last one."""
    if qualifier["base"]:
        state.base = state.subject(qualifier["base"])
    base = state.base or state.current or state.topic
    role = "budget" if qualifier["budget"] else "final" if qualifier["final"] else "variance_rate"
    word = qualifier["budget"] or qualifier["final"] or qualifier["rate"]
    if word not in _PLAIN_QUALIFIERS:
        return f"{base}/{word}", role, ""
    state.now(base, unit)
    return base, role, ""


def _changed(
    change: re.Match[str], unit: str, counted: str, sentence: str, state: _Sentence
) -> tuple[str, str, str]:
    """Read a change or growth: of the thing named here, or of the last one."""
    direction = _DIRECTIONS[change["word"][0]]
    role = "growth" if unit in RATES else "change"
    if counted:
        return state.subject(counted), role, direction
    named = _clean_phrase(change["base"], state.department)
    named = re.sub(r"(?<=预算|决算)数$", "", named)
    if named and named not in ("相应", "总体") and not _PRONOUN.fullmatch(named):
        state.current = state.subject(named)
    return state.current or _first_phrase(sentence, state), role, direction


def _named(
    phrase: str, gap: str, unit: str, counted: str, sentence: str, state: _Sentence
) -> tuple[str, str, str]:
    """Read a figure that a phrase names: an amount, a count, an area or an unmarked rate."""
    if _SUM_PHRASE.search(phrase) and "其中" not in gap:
        state.head = ""
    phrase = state.governed(phrase)
    if state.is_project:
        phrase = state.grouped(phrase, sentence)
    phrase += counted
    state.leave_list_of_other_kind(unit)
    subject = state.subject(phrase)
    if phrase not in _VALUE_WORDS:
        state.now(subject, unit)
        state.base = subject
    return subject, role_of(unit, phrase), ""


def _interpret(
    phrase: str, gap: str, unit: str, counted: str, sentence: str, state: _Sentence
) -> tuple[str, str, str]:
    """Return subject, role and direction of one figure."""
    change = _CHANGE.match(phrase)
    if unit in RATES and not change:
        if rate := _RATE_OF_CHANGE.search(phrase):
            named = state.current or _first_phrase(sentence, state)
            return named, "growth", _DIRECTIONS[rate["word"][0]]
        if _SHARE.search(phrase):
            return state.current or state.topic, "share", ""
        if completed := _COMPLETED.match(phrase):
            named = state.base or state.current or state.topic
            subject = completed["word"] if named in _BARE else f"{named}/{completed['word']}"
            return subject, "share", ""
    qualifier = _QUALIFIER.match(phrase)
    # 「年初预算为」 where nothing is named yet names itself.
    if qualifier and (phrase not in _BARE or (state.base or state.current) not in ("", *_BARE)):
        return _qualified(qualifier, unit, state)
    if change and (unit or not change["base"]):
        return _changed(change, unit, counted, sentence, state)
    compared = _COMPARED.match(phrase) if unit in MONEY else None
    if compared and state.current:
        return f"{state.current}/{compared['base'] or phrase}", "amount", ""
    return _named(phrase, gap, unit, counted, sentence, state)


def _read_sentence(
    sentence: str, state: _Sentence
) -> Iterator[tuple[re.Match[str], str, str, str, str]]:
    """Yield (match, subject, role, direction, clause) of each figure of a sentence."""
    calculations = formulas(sentence)
    end, counted = 0, ""
    state.begin()
    for match in figures(sentence):
        gap, end = sentence[end : match.start()], match.end()
        unit = match["unit"] or ""
        clause_start = max(sentence.rfind(sign, 0, match.start()) for sign in ",;。") + 1
        clause = sentence[clause_start:end]
        formula = next((text for first, last, text in calculations if first < end <= last), "")
        if formula:
            yield match, state.subject(formula), role_of(unit, ""), "", clause
            continue
        state.follow(gap)
        phrase = _clean_phrase(gap, state.department)
        # 「8条专线15万元」: the noun counted is also what the next figure is about.
        phrase = "" if phrase == counted else phrase
        counted = _counted_noun(unit, sentence[end:])
        subject, role, direction = _interpret(phrase, gap, unit, counted, sentence, state)
        basis = _BASIS.match(sentence, end) if unit in MONEY else None
        if basis:
            slashed = "".join(f"每{each}" for each in (basis["slashed"] or "").replace("/", ""))
            subject += f"/{slashed or basis['each']}"
            clause += basis.group()
        yield match, subject, role, direction, clause


def _note_open_list(sentence: str, state: _Sentence) -> None:
    """A sentence that ends in 其中 opens parts that follow in the next paragraphs."""
    if re.search(r"(?:其中|包括)[:,]?$", sentence) and state.current and not state.first_head:
        state.first_head, state.first_kind = state.current, state.current_kind


def _first_phrase(sentence: str, state: _Sentence) -> str:
    """The subject of a sentence that starts with a comparison: ``收入支出总体与上年相比，``."""
    match = re.match(r"(.*?)(?:与上年|与20\d{2}年|与上一年|较上年|比上年)", sentence)
    named = _clean_phrase(match.group(1), state.department) if match else ""
    state.current = named or state.topic
    return state.current


def _readable(subject: str) -> str:
    """Give a subject the punctuation of Chinese print, whatever the conversion left."""
    subject = re.sub(r'"([^"]*)"', r"“\1”", subject)
    return subject.replace("(", "（").replace(")", "）")


def _passage_claims(passage: Passage, state: _Sentence) -> Iterator[Claim]:
    section = "/".join(
        part for part in (passage.section or passage.part, passage.subsection) if part
    )
    for start, sentence in _sentences(passage.text):
        for match, subject, role, direction, clause in _read_sentence(sentence, state):
            value = None if match["value"] == MISSING else Decimal(match["value"].replace(",", ""))
            yield Claim(
                section=section,
                subject=_readable(subject),
                role=role,
                value=value,
                unit=_readable(match["unit"] or ""),
                direction=direction,
                text=clause.replace(MISSING, "　").strip(",;"),
                origin=passage.origins[start + match.start()],
            )
        _note_open_list(sentence, state)


def _continues(text: str, department: str, head: str) -> bool:
    """Tell whether a paragraph goes on with the list opened above it."""
    fund, head_fund = _FUND.match(text), _FUND.match(head)
    names_the_fund_again = fund and head_fund and fund.group() == head_fund.group()
    return not names_the_fund_again and not _OWN_HEAD.match(text[:60].replace(department, "★"))


def _names_of_projects(passages: Sequence[Passage]) -> dict[int, str]:
    """Name each project described; of several with one name each bears its unit, too."""
    names = {p.project_number: normalise(p.project) for p in passages if p.project}
    carriers = {
        p.project_number: match.group(1)
        for p in passages
        if p.project and (match := CARRIED_OUT_BY.match(p.text))
    }
    several = Counter(names.values())
    return {
        number: f"{name}({carriers[number]})" if several[name] > 1 and number in carriers else name
        for number, name in names.items()
    }


def read_claims(document: Document, department: str) -> list[Claim]:
    """Return the figures of the running text, in reading order.

    Parameters
    ----------
    document
        As the readers return it.
    department
        The department's name, which sentences repeat and subjects leave out.

    Returns
    -------
    list of Claim
        Figures in performance tables are not among them; ``performance`` reads those.
    """
    claims: list[Claim] = []
    department = normalise(department)
    open_section, open_head, open_kind = "", "", ""  # a list may go on in the next paragraph
    passages = read_passages(document)
    projects = _names_of_projects(passages)
    for passage in passages:
        topic = _topic(passage.section, department) if passage.section else ""
        key = f"{passage.section}/{passage.subsection}"
        item = _classified_name(passage.text)
        state = _Sentence(topic, department, is_project=bool(passage.project))
        if passage.project:
            state.head = state.current = projects[passage.project_number]
        elif item:
            # What the functional classification names is expenditure, whatever the heading joins.
            topic = re.sub(r"收入支出$", "支出", topic)
            state.current = state.base = f"{topic}/{item}" if topic else item
        elif key == open_section and _continues(passage.text, department, open_head):
            state.head, state.head_kind = open_head, open_kind
        claims += _passage_claims(passage, state)
        if key != open_section:
            open_section, open_head, open_kind = key, "", ""
        if not (item or passage.project or open_head or LIST_MARK.match(passage.text)):
            open_head, open_kind = state.first_head, state.first_kind
    return claims
