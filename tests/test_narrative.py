"""Sentences against the claims they make, and what must hold for any text.

A folder of ``fixtures/narrative`` holds ``document.txt`` (sentences as published or written after
them) and ``claims.csv`` (every figure in them, read by eye, in order).  A new folder is found by
itself.
"""

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.budget_units import unit_names
from helpers.document import Document, Paragraph
from helpers.narrative import read_claims
from helpers.passages import is_heading, normalise, read_passages
from helpers.readers import read_document
from helpers.sentence_figures import figures
from helpers.sources import open_source, propose_source

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = Path(__file__).parent / "fixtures" / "narrative"
CASES = sorted(path for path in FIXTURES.iterdir() if path.is_dir())
DISCLOSURES = sorted(path.parent for path in (ROOT / "data" / "raw").glob("*/source.yml"))
ROLES = {"amount", "share", "change", "growth", "budget", "final", "variance_rate", "count", "area"}

# What a figure of money or a rate looks like in normalised text, read without the library.
_PRINTED = re.compile(r"(?<![\d.])-?\d[\d,]*(?:\.\d+)?(?=万元|亿元|元|%)(?!万元以[上下])")
_THRESHOLD = re.compile(r"^(?:万元|元)(?:\(含\))?以[上下]")


def document_of(*lines):
    """A document of paragraphs, one to a line."""
    blocks = tuple(Paragraph(line, f"L{no}") for no, line in enumerate(lines, 1))
    return Document("test.txt", lines, blocks, "delimited")


def claims_of(*lines, department="某市园林局"):
    """Claims of some sentences in a form that is quick to compare."""
    return [
        (c.subject, c.role, None if c.value is None else f"{c.value:f}", c.unit, c.direction)
        for c in read_claims(document_of(*lines), department)
    ]


def test_a_list_of_names_that_has_ended_opens_no_parts():
    """Personnel and public cost stand beside each other though a list stands between them."""
    found = claims_of(
        "六、一般公共预算财政拨款基本支出决算情况说明",
        "一般公共预算财政拨款基本支出30万元。其中：人员经费20万元，主要包括：基本工资、奖金；"
        "公用经费10万元，主要包括：办公费、水费。",
    )
    assert [subject.partition("/")[2] for subject, *_ in found] == ["", "人员经费", "公用经费"]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_sentences_make_the_claims_read_by_eye(folder):
    path = folder / "document.txt"
    document = read_document(path)
    found = read_claims(document, propose_source(path, document).department)
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    rows = [
        {
            "subject": claim.subject,
            "role": claim.role,
            "value": "" if claim.value is None else f"{claim.value:f}",
            "unit": claim.unit,
            "direction": claim.direction,
            "origin": claim.origin,
        }
        for claim in found
    ]
    assert rows == expected


def test_there_are_cases():
    assert len(CASES) >= 8


def test_a_claim_names_its_section_and_clause():
    (claim,) = read_claims(
        document_of("六、其他事项", "（二）采购情况", "我局政府采购预算 9.50 万元，另议。"),
        "某市园林局",
    )
    assert claim.section == "六、其他事项/（二）采购情况"
    assert claim.subject == "政府采购预算"
    assert claim.value == Decimal("9.50")
    assert claim.text == "我局政府采购预算9.50万元"
    assert claim.origin == "L3"


@pytest.mark.parametrize(
    "sentence",
    [
        "依据新财预〔2021〕17号文件。",
        "执行《办法》第37条、第2项，2021至2035年规划。",
        "系统数据标准3.0，版本V2.0。",
        "2024年1月1日-12月31日。",
        "单价100万元（含）以上设备另行登记。",
        "联系电话0991-2345678。",
        "公务接待费与上年预算相比无变化。",
        "培训费1,23.45万元。",  # neither 1, nor 23.45, nor 123.45
        "本年收入1,98",
    ],
)
def test_numbers_that_state_nothing_are_no_claims(sentence):
    assert claims_of(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("培训费下降 3.5%。", ("培训费", "growth", "3.5", "%", "decrease")),
        ("培训费较上年减5万元。", ("培训费", "change", "5", "万元", "decrease")),
        ("培训费同比增长0.5个百分点。", ("培训费", "growth", "0.5", "个百分点", "increase")),
        ("培训费年初预算数8万元。", ("培训费/年初预算数", "budget", "8", "万元", "")),
        ("培训费预决算差异率-2.30%。", ("培训费/预决算差异率", "variance_rate", "-2.30", "%", "")),
        ("绿地维护面积12.5平方米。", ("绿地维护面积", "area", "12.5", "平方米", "")),
        ("培训费1,234,567.80元。", ("培训费", "amount", "1234567.80", "元", "")),
        ("培训费    万元。", ("培训费", "amount", None, "万元", "")),
        ("培训费 1, 234. 5 万元。", ("培训费", "amount", "1234.5", "万元", "")),
        ("结转结余80，另行安排。", ("结转结余", "amount", "80", "", "")),
        ("下设7个科室。", ("下设科室", "count", "7", "个", "")),
    ],
)
def test_one_figure(sentence, expected):
    assert claims_of(sentence) == [expected]


def test_a_list_ends_where_something_else_is_counted():
    subjects = [
        subject
        for subject, *_ in claims_of(
            "车辆5辆，其中：轿车2辆、客车3辆。单价100万元以上设备4台。",
            "十、三公经费",
            "“三公”经费3万元，其中：接待费1万元。公务用车费2万元。接待5批次，40人次。",
        )
    ]
    assert subjects == [
        *("车辆", "车辆/轿车", "车辆/客车", "单价100万元以上设备"),
        *("“三公”经费", "“三公”经费/接待费", "“三公”经费/公务用车费", "接待", "接待"),
    ]


def test_what_an_amount_is_spent_on_ends_with_its_item():
    sentence = (
        "支出包括：教育支出10万元，主要用于人员经费6万元、培训费4万元；住房支出5万元，"
        "主要用于公积金5万元。其他支出1万元。"
    )
    assert [subject for subject, *_ in claims_of(sentence)] == [
        *("支出/教育支出", "支出/教育支出/人员经费", "支出/教育支出/培训费"),
        *("支出/住房支出", "支出/住房支出/公积金", "支出/其他支出"),
    ]


def test_the_same_growth_told_twice_is_told_of_the_same_thing():
    assert claims_of("接待费增加0万元，增长0%，所以2024年此项目预算增长0%。") == [
        ("接待费", "change", "0", "万元", "increase"),
        ("接待费", "growth", "0", "%", "increase"),
        ("接待费", "growth", "0", "%", "increase"),
    ]


def test_figures_in_performance_tables_are_left_to_their_reader():
    assert claims_of(
        "项目支出绩效目标表", "目标：建成绿道10万元。", "二、说明", "培训费1万元。"
    ) == [("培训费", "amount", "1", "万元", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第三部分 2024 年部门预算情况说明", True),
        ("十一、 关于某局 2024 年上年结转结余预算情况说明", True),
        ("（二）支出决算结构情况", True),
        ("一、收入预算1,200.00万元，比上年增长3%。", False),
        ("1.社会保障和就业支出198.19万元", False),
        ("本年收入合计", False),
    ],
)
def test_headings(text, expected):
    assert is_heading(text) is expected


def test_normalising_keeps_what_is_between_numbers():
    # Two numbers side by side must not become one.
    assert normalise("第 3 5 号") == "第3 5号"
    assert normalise("１２．５％，共") == "12.5%,共"
    assert normalise("机关  万元") == "机关□万元"
    assert normalise("金额单位  万元") == "金额单位万元"
    assert normalise("机关 万元") == "机关万元"


def test_budget_units_are_those_of_the_institution_section():
    units = unit_names(
        document_of(
            "一、主要职能",
            "1、负责绿化工作管理",
            "二、机构设置情况",
            "1、某市园林局本级",
            "2. 某市苗圃（西区）；",
            "三、其他",
            "3、某市动物园",
        )
    )
    assert tuple(units) == ("某市园林局本级", "某市苗圃（西区）")


# What must hold for the published documents.


@pytest.fixture(scope="module", params=DISCLOSURES, ids=lambda folder: folder.name)
def published(request):
    source, document = open_source(request.param)
    return document, read_claims(document, source.department)


def squeezed_line(document, origin):
    text = normalise(document.where(origin)).replace("**", "")
    return re.sub(r"[,\s]", "", text)


def test_every_claim_stands_in_its_line(published):
    document, claims = published
    assert len(claims) > 150
    for claim in claims:
        assert claim.role in ROLES
        assert claim.direction in ("", "increase", "decrease")
        assert bool(claim.direction) == (claim.role in ("change", "growth"))
        assert claim.subject and not claim.subject.endswith("/") and claim.section
        if claim.value is not None:
            assert f"{claim.value:f}" in squeezed_line(document, claim.origin)


def test_every_amount_and_rate_of_the_running_text_is_a_claim(published):
    document, claims = published
    found = Counter((c.origin, c.value) for c in claims if c.value is not None)
    printed = Counter()
    for passage in read_passages(document):
        for match in _PRINTED.finditer(passage.text):
            if not _THRESHOLD.match(passage.text[match.end() :]):
                value = Decimal(match.group().replace(",", ""))
                printed[(passage.origins[match.start()], value)] += 1
    assert printed and printed - found == Counter()


def test_no_subject_is_a_stray_piece_of_a_sentence(published):
    _, claims = published
    stray = re.compile(r"^[的为占与比较、*]|(?:^|/)(?:其中|同比|此项目|共|年度?)$|[，。；]|\d年$")
    assert [claim.subject for claim in claims if stray.search(claim.subject)] == []


NARRATIVE = tuple(
    line
    for folder in CASES
    for line in (folder / "document.txt").read_text(encoding="utf-8").splitlines()
)


def numbers(lines):
    """Every number, or part of one, that stands in some lines or across two of them."""
    text = "".join(re.sub(r"\s", "", normalise(line)) for line in lines)
    return re.sub(r"[,□]", "", text)


@given(
    start=st.integers(0, len(NARRATIVE) - 1),
    length=st.integers(0, 60),
    dropped=st.sets(st.integers(0, 59)),
    cut=st.integers(0, 200),
)
@settings(max_examples=300)
def test_a_damaged_text_never_gives_a_figure_that_is_not_in_it(start, length, dropped, cut):
    lines = [line for no, line in enumerate(NARRATIVE[start : start + length]) if no not in dropped]
    if lines:
        lines[-1] = lines[-1][:cut]
    text = numbers(lines)
    for claim in read_claims(document_of(*lines), "昌吉州住房和城乡建设局"):
        assert claim.value is None or f"{claim.value:f}" in text


@given(
    text=st.text(
        alphabet="一二其中包括占比上年增减少为的万元%0123456789,.。;:()（）*-年项个名、 □第\n"
    )
)
@settings(max_examples=200)
def test_any_sentence_can_be_read(text):
    for match in figures(normalise(text)):
        assert match["value"]
    for claim in read_claims(document_of(*text.split("\n")), "某市园林局"):
        assert claim.role in ROLES
