"""Claims: every figure a disclosure states in a sentence, with what it is about.

Place in the chain: beside ``tables``; input is the running text of a
:class:`~helpers.document.Document`, output a list of :class:`Claim`.

Final accounts state most figures in sentences only.  The sentences follow the national templates
closely: a subject, an amount, ``其中`` and its parts, a share (``占``), a change on the previous
year and its rate, and budget against final.  Reading them means keeping three things in mind while
the figures pass by: the section's topic, the head of the sentence, and the last thing named.
Conversions break sentences at page ends; such lines are joined before they are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from helpers.document import Document, Paragraph, RawTable, squeeze
from helpers.grid import is_caption_text

_PART = re.compile(r"^第[一二三四五六七八九十]+部分")
_SECTION = re.compile(r"^([一二三四五六七八九十]+)[、.．]")
_SUBSECTION = re.compile(r"^[(（][一二三四五六七八九十]+[)）]")
_LIST_ITEM = re.compile(r"^\d{1,2}[.、．](?!\d)")
_PROJECT_NAME = re.compile(r"^(?:[(（][一二三四五六七八九十]+[)）])?项目名称[:：](.+)$")
_KEYED = re.compile(
    r"^(?:设立|预算安排|项目承担|资金|补贴|发放|受益|执行时间)[\u4e00-\u9fff]{0,12}[:：]"
)
_EVALUATION_TITLE = re.compile(r"绩效(?:目标|自评)表?(?:[(（].*[)）])?$")
_SENTENCE_END = "。；：！？;:!?"
_LONGEST_HEADING = 60

_NUMBER = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_UNIT = (
    r"万元|亿元|千元|元|%|个百分点|平方米|人次|批次|人|辆|台套|台\(套\)|台|套|个月|个|家|名|户|批|"
    r"项|次|处|组"
)
_MISSING = "□"
_FIGURE = re.compile(rf"(?<![\d.])(?P<value>{_NUMBER}|{_MISSING})(?P<unit>{_UNIT})?")
# Numbers that state nothing: years, dates, ordinals, document numbers, versions.
_THRESHOLD_AFTER = re.compile(r"^(?:\(含\))?以[上下内]")
_NOT_A_FIGURE_AFTER = re.compile(r"^(?:年|月|日|号|条|款|—|-\d|至\d|/)")
_NOT_A_FIGURE_BEFORE = re.compile(
    r"(?:第|[〔\[【(]20\d{2}[〕\]】)]|[A-Za-z〔\[【]|年|月|[到至—-])$"
)
_BLANK_FIGURE = re.compile(
    r"(?<=[\u4e00-\u9fff)])[ \u3000\u00a0]{2,}(?=(?:万元|亿元|元)\b|(?:万元|亿元|元))"
)

_STRONG = re.compile(r"[,;:。!?]")
_YEAR_PREFIX = re.compile(
    r"^(?:按照.{0,20}原则|截至)?(?:20\d{2}年(?:\d{1,2}月\d{1,2}日)?(?:底|末|度)?)?(?:至20\d{2}年)?"
)
_QUALIFIER = re.compile(
    r"^(?P<base>.*?)(?:20\d{2}年)?(?P<word>年初预算数|全年预算数|调整预算数|支出决算数|决算数|年度预算数|预算数|预决算差异率)为?$"
)
_CHANGE = re.compile(
    r"(?P<base>.*?)(?:较|比|与)?(?:上年|上一年|去年|20\d{2}年)?(?:度)?(?:预算数?|决算数?|执行数)?(?:相比)?"
    r"(?P<word>增加|减少|增长|下降|降低|增|减)(?:了)?$"
)
# 「一般公共预算支出包括：」 names a whole without stating its amount.
_LISTED = re.compile(
    r"(?:^|[,;。])(?P<whole>[^,;:。]*?(?:收入|支出|预算|经费|资金|结余))(?:主要)?包括:[^,;:。]*$"
)
_SHARE = re.compile(r"(?:^|.*?)占(?:.*?(?:的|比))?(?:比重)?(?:为)?$")
_OPENS_PARTS = re.compile(r"其中[:,]?|(?:主要)?包括[:]?")
_TRIM = re.compile(
    r"^(?:其中|主要包括|包括|主要用于|以及|和|及|的|共计?|分别为?|所以|因此|导致|其(?![他中])|"
    r"主要原因(?:一是|是|为)?|[一二三四五六]是|\(\d{1,2}\)[.、]?)[:,]?|(?:为|共|共计|达|达到|约|是|有)$"
)
_DIRECTIONS = {"增": "increase", "减": "decrease", "下": "decrease", "降": "decrease"}
# A paragraph that names a year, the department or a comparison stands on its own.
_OWN_HEAD = re.compile(r"20\d{2}年|截至|★|.{0,20}?与(?:上年|年初|全年)|授予")
_SUM_PHRASE = re.compile(r"(?:总计|总额)$")
_COUNTED = re.compile(r"(?:内设|下属)?(?:科室|处室|机构|部门|单位|预算单位)")
_VALUE_WORDS = frozenset({"价值", "金额", "涉及金额", "涉及预算金额"})
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


@dataclass(frozen=True, slots=True)
class _Passage:
    """A paragraph whose lines are joined, with the line of each character."""

    text: str
    origins: tuple[str, ...]  # one per character
    part: str
    section: str
    subsection: str
    project: str


def normalise(text: str) -> str:
    """Bring punctuation and digits to one width and drop white space that means nothing.

    Examples
    --------
    >>> normalise("收入总计 16, 291. 51 万元，其中：")
    '收入总计16,291.51万元,其中:'
    """
    text = _BLANK_FIGURE.sub(_MISSING, text)
    text = unicodedata.normalize("NFKC", text).replace("〔", "[").replace("〕", "]")
    text = re.sub(r"(?<=\d),\s+(?=\d{3}(?!\d))", ",", text)
    text = re.sub(r"(?<=\d)\.\s+(?=\d)", ".", text)
    return re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", text)


def is_heading(text: str) -> bool:
    """Tell whether a line is a heading: numbered, short and not a sentence."""
    text = squeeze(text)
    marked = _PART.match(text) or _SECTION.match(text) or _SUBSECTION.match(text)
    return (
        bool(marked)
        and len(text) <= _LONGEST_HEADING
        and not re.search(r"[。；]|\d[.,，\d]*(?:万元|元|%)", text)
    )


def _starts_anew(text: str) -> bool:
    text = squeeze(text)
    marks = (_PART, _SECTION, _SUBSECTION, _LIST_ITEM, _KEYED)
    return any(mark.match(text) for mark in marks)


@dataclass
class _Joiner:
    """Joins the lines of a document to passages and keeps the headings above them."""

    passages: list[_Passage] = field(default_factory=list)
    lines: list[Paragraph] = field(default_factory=list)
    part: str = ""
    section: str = ""
    subsection: str = ""
    project: str = ""
    is_muted: bool = False  # inside performance tables and their goals

    def flush(self) -> None:
        if self.lines and not self.is_muted:
            text, origins = "", []
            for line in self.lines:
                words = normalise(line.text)
                text += words
                origins += [line.origin] * len(words)
            self.passages.append(
                _Passage(
                    text, tuple(origins), self.part, self.section, self.subsection, self.project
                )
            )
        self.lines = []

    def heading(self, text: str) -> None:
        self.flush()
        if _PART.match(text):
            self.part, self.section, self.subsection = text, "", ""
        elif _SECTION.match(text):
            self.section, self.subsection = text, ""
        else:
            self.subsection = text
        self.project = ""
        self.is_muted = False

    def line(self, paragraph: Paragraph) -> None:
        squeezed = squeeze(paragraph.text)
        project = _PROJECT_NAME.match(squeezed)
        if project:
            self.flush()
            self.project = project.group(1)
            self.is_muted = False
        elif _EVALUATION_TITLE.search(squeezed) and len(squeezed) < 30:
            self.flush()
            self.is_muted = True
        elif is_heading(paragraph.text):
            self.heading(squeezed)
        elif is_caption_text(squeezed):
            self.flush()
        else:
            if not self._is_broken() or _starts_anew(paragraph.text):
                self.flush()
            self.lines.append(paragraph)

    def _is_broken(self) -> bool:
        """Tell whether the last line stops in the middle of a sentence."""
        if not self.lines:
            return False
        last = squeeze(self.lines[-1].text)
        is_name = (
            len(self.lines) == 1
            and (_LIST_ITEM.match(last) or _KEYED.match(last))
            and "，" not in last
        )
        return last[-1:] not in _SENTENCE_END and not (
            is_name and not re.search(r"[\d,]", last[3:])
        )


def _passages(document: Document) -> list[_Passage]:
    joiner = _Joiner()
    for block in document.blocks:
        if isinstance(block, RawTable):
            joiner.flush()
            cells = (squeeze(cell.text) for row in block.rows[:2] for cell in row)
            if any(_EVALUATION_TITLE.search(cell) and len(cell) < 30 for cell in cells):
                joiner.is_muted = True
        else:
            joiner.line(block)
    joiner.flush()
    return joiner.passages


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
    head: str = ""  # parent opened by 其中
    first_head: str = ""  # the parent opened first, which later paragraphs may continue
    current: str = ""  # the last thing that got an amount
    base: str = ""  # what budget, final and variance refer to

    def subject(self, phrase: str) -> str:
        """Put a phrase under the open parent."""
        if not phrase:
            return self.current or self.topic
        if phrase in _VALUE_WORDS and self.current:
            return f"{self.current}/{phrase}"
        parent = self.head
        return f"{parent}/{phrase}" if parent and not phrase.startswith(parent) else phrase


def _clean_phrase(gap: str, department: str) -> str:
    """The words right before a figure that name it."""
    parts = (
        [part for part in _STRONG.split(gap) if part] if gap.endswith(":") else _STRONG.split(gap)
    )
    phrase = parts[-1].strip("、 ") if parts else ""
    phrase = phrase.replace(department, "") if department else phrase
    phrase = _LIST_ITEM.sub("", phrase)
    while (trimmed := _YEAR_PREFIX.sub("", _TRIM.sub("", phrase))) != phrase:
        phrase = trimmed
    return phrase.strip("、 ")


def _classified_name(text: str) -> str:
    """The name in front of a list item: ``…(类)…(款)…(项)`` becomes a path."""
    match = re.match(r"^\d{1,2}[.、](.*?)(?::|支出决算数|20\d{2}年预算数|(?=\d|□))", text)
    if not match or not re.search(r"\((?:类|款|项)\)", match.group(1)):
        return ""
    return re.sub(r"(\((?:类|款|项)\))(?=.)", r"\1/", match.group(1))


def _role_of_unit(unit: str, phrase: str) -> str:
    if not unit:
        return "count" if re.search(r"(?:人数|编制数?|数量)$", phrase) else "amount"
    if unit in ("万元", "亿元", "千元", "元"):
        return "amount"
    if unit in ("%", "个百分点"):
        return "share"
    return "area" if unit == "平方米" else "count"


def _figures(text: str) -> Iterator[re.Match[str]]:
    for match in _FIGURE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if _THRESHOLD_AFTER.match(after):
            continue
        if not match["unit"] and (
            _NOT_A_FIGURE_AFTER.match(after) or _NOT_A_FIGURE_BEFORE.search(before) or not before
        ):
            continue
        if not match["unit"] and not re.match(r"[,。;]|$", after):
            continue
        if (
            _NOT_A_FIGURE_BEFORE.search(before)
            and match["unit"] in ("项", "个", "次")
            and before.endswith("第")
        ):
            continue
        if not match["unit"] and re.search(r"(?:标准|版本|表|附件)$", before):
            continue
        yield match


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in re.finditer(r"。", text):
        yield start, text[start : match.end()]
        start = match.end()
    if start < len(text):
        yield start, text[start:]


def _read_sentence(
    sentence: str, state: _Sentence
) -> Iterator[tuple[re.Match[str], str, str, str, str]]:
    """Yield (match, subject, role, direction, clause) of each figure of a sentence."""
    end = 0
    for match in _figures(sentence):
        gap = sentence[end : match.start()]
        unit = match["unit"] or ""
        listed = _LISTED.search(gap)
        if listed and not _clean_phrase(listed["whole"], "").endswith("其中"):
            state.current = state.head = _clean_phrase(listed["whole"], state.department)
        elif _OPENS_PARTS.search(gap) and (state.current or state.base) and "占" not in gap:
            state.head = state.current or state.base
            state.first_head = state.first_head or state.head
        phrase = _clean_phrase(gap, state.department)
        clause_start = max(sentence.rfind(sign, 0, match.start()) for sign in ",;。") + 1
        clause = sentence[clause_start : match.end()]
        end = match.end()
        share = _SHARE.match(phrase) if unit == "%" else None
        qualifier = _QUALIFIER.match(phrase)
        change = _CHANGE.match(phrase)
        if share:
            yield match, state.current or state.topic, "share", "", clause
        elif qualifier:
            if qualifier["base"]:
                state.base = state.subject(qualifier["base"])
            base = state.base or state.current or state.topic
            word = qualifier["word"]
            role = (
                "variance_rate"
                if word == "预决算差异率"
                else "final"
                if "决算" in word
                else "budget"
            )
            if word in ("支出决算数", "预算数", "年度预算数"):
                state.current = base
                yield match, base, role, "", clause
            else:
                yield match, f"{base}/{word}", role, "", clause
        elif change and (unit or change["base"] == ""):
            if change["base"] and not re.fullmatch(r"(?:同比|相应|共|总体)?", change["base"]):
                named = _clean_phrase(change["base"], state.department)
                state.current = state.subject(named) if named else state.current
            direction = _DIRECTIONS[change["word"][0]]
            role = "growth" if unit == "%" else "change"
            yield match, state.current or _first_phrase(sentence, state), role, direction, clause
        else:
            if _SUM_PHRASE.search(phrase) and "其中" not in gap:
                state.head = ""
            if unit in ("个", "家") and (counted := _COUNTED.match(sentence[match.end() :])):
                phrase += counted.group()
            subject = state.subject(phrase)
            if phrase not in _VALUE_WORDS:
                state.current = subject
                state.base = subject
            yield match, subject, _role_of_unit(unit, phrase), "", clause


def _note_open_list(sentence: str, state: _Sentence) -> None:
    """A sentence that ends in 其中 opens parts that follow in the next paragraphs."""
    if re.search(r"(?:其中|包括)[:,]?$", sentence) and state.current:
        state.first_head = state.first_head or state.current


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


def _passage_claims(passage: _Passage, state: _Sentence) -> Iterator[Claim]:
    section = "/".join(
        part for part in (passage.section or passage.part, passage.subsection) if part
    )
    for start, sentence in _sentences(passage.text):
        for match, subject, role, direction, clause in _read_sentence(sentence, state):
            value = None if match["value"] == _MISSING else Decimal(match["value"].replace(",", ""))
            yield Claim(
                section=section,
                subject=_readable(subject),
                role=role,
                value=value,
                unit=match["unit"] or "",
                direction=direction,
                text=clause.replace(_MISSING, "　").strip(",;"),
                origin=passage.origins[start + match.start()],
            )
        _note_open_list(sentence, state)


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
    open_section, open_head = "", ""  # parts may go on in the next paragraph of a section
    for passage in _passages(document):
        topic = _topic(passage.section, department) if passage.section else ""
        key = f"{passage.section}/{passage.subsection}"
        item = _classified_name(passage.text)
        state = _Sentence(topic, department)
        if passage.project:
            state.head = state.current = passage.project
        elif item:
            state.current = state.base = f"{topic}/{item}" if topic else item
        elif key == open_section and not _OWN_HEAD.match(
            passage.text[:60].replace(department, "★")
        ):
            state.head = open_head
        claims += _passage_claims(passage, state)
        if key != open_section:
            open_section, open_head = key, ""
        if not item and not passage.project and not _LIST_ITEM.match(passage.text):
            open_head = open_head or state.first_head
    return claims


def unit_names(document: Document) -> frozenset[str]:
    """Return the budget units that the institution section lists by number.

    Returns
    -------
    frozenset of str
        Names without white space.
    """
    names = set()
    section = ""
    for paragraph in document.paragraphs():
        text = squeeze(paragraph.text)
        if is_heading(text):
            section = text
        elif "机构设置" in section and (
            match := re.fullmatch(r"\d{1,2}[、.．]([\u4e00-\u9fff（）()]{4,40})", text)
        ):
            names.add(match.group(1).rstrip("；;。"))
    return frozenset(names)
