"""Damaged documents: every one is read or refused in a sentence, and no figure comes from nowhere.

Each case is an extract of a few kilobytes, in some layout of text, damaged in one way: cut off at a
line, cells and lines lost or doubled, tables shuffled, the encoding changed, bytes made up.  The
seed is fixed, so that a case that fails fails again.
"""

import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest

import helpers as hp
from helpers.document import DisclosureError, squeeze
from helpers.ledger import tokens_of

FIXTURES = Path(__file__).parent / "fixtures"
EXTRACTS = {
    path.parent.name: path.read_text(encoding="utf-8")
    for folder in ("layouts", "valid", "performance")
    for path in sorted((FIXTURES / folder).glob("*/document.txt"))
}
TITLE = "某市园林局2024年部门预算公开\n\n单位：万元\n\n"
SENTENCE = (
    "一、关于某市园林局2024年收支预算情况的总体说明\n\n"
    "某市园林局2024年收入预算1,131.10万元，比上年增加31.10万元，增长2.83%。\n\n"
)
SECONDS = 5  # for one case; reading an extract takes some hundredths

CELL_MARK = re.compile(r"[\t|]")


def numbers(text):
    """Every number that stands in a text, blanks within a line between its digits or not."""
    found = Counter()
    for line in text.split("\n"):
        found |= Counter(tokens_of(line)) | Counter(tokens_of(squeeze(line)))
        found += Counter(tokens_of(line)) + Counter(tokens_of(squeeze(line)))
    return found


def stated(disclosure):
    """Every amount that was read."""
    found = Counter()
    for fact in disclosure.rows["facts"]:
        found.update(tokens_of(squeeze(fact["amount_text"])))
    for claim in disclosure.rows["claims"]:
        if claim["value"] is not None:
            found[f"{abs(claim['value']):f}"] += 1
    return found


def check(path):
    """Read a file; a refusal is one sentence, and what is read stands in the file."""
    started = time.monotonic()
    try:
        disclosure = hp.read(path)
    except DisclosureError as error:
        assert str(error).startswith(path.name)
        assert "\n" not in str(error)
        return None
    finally:
        assert time.monotonic() - started < SECONDS
    assert disclosure.ledger.invented == ()
    printed = "\n".join(disclosure.document.lines)
    assert not stated(disclosure) - numbers(printed)
    return disclosure


def check_text(folder, text):
    path = folder / "document.txt"
    path.write_text(text, encoding="utf-8", newline="")
    return check(path)


def as_disclosure(name):
    """An extract with what names its author, where it is only a table."""
    text = EXTRACTS[name]
    return text if "公开" in text or "部门决算" in text else TITLE + SENTENCE + text


NAMES = sorted(EXTRACTS)


def test_extracts_are_small_and_read(tmp_path):
    assert len(NAMES) >= 20
    read = [check_text(tmp_path, as_disclosure(name)) for name in NAMES]
    assert all(len(text.encode()) < 10_000 for text in EXTRACTS.values())
    assert sum(disclosure is not None for disclosure in read) > 0.8 * len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_cut_off_at_every_line(tmp_path, name):
    """No amount appears that the whole document does not have."""
    text = as_disclosure(name)
    lines = text.split("\n")
    step = max(1, len(lines) // 40)
    for end in range(0, len(lines), step):
        check_text(tmp_path, "\n".join(lines[:end]))
    drawn = random.Random(name)
    for _ in range(10):
        check_text(tmp_path, text[: drawn.randrange(len(text))])


def damage(lines, drawn):
    """Lose, double, move or empty a cell or a line."""
    at = drawn.randrange(len(lines))
    kind = drawn.choice(["lose", "double", "swap", "cell", "blank", "join"])
    if kind == "lose":
        del lines[at]
    elif kind == "double":
        lines.insert(at, lines[at])
    elif kind == "swap":
        other = drawn.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == "blank":
        lines.insert(at, drawn.choice(["", "\t", "|", "||", "　"]))
    elif kind == "join" and at + 1 < len(lines):
        lines[at : at + 2] = [lines[at] + drawn.choice(["", " ", "\t", " | "]) + lines[at + 1]]
    else:
        parts = re.split(r"([\t|]| +)", lines[at])
        part = drawn.randrange(len(parts))
        parts[part : part + 1] = [parts[part]] * drawn.choice([0, 2])
        lines[at] = "".join(parts)


@pytest.mark.parametrize("name", NAMES)
def test_cells_and_lines_lost_or_doubled(tmp_path, name):
    drawn = random.Random(f"cells {name}")
    for _ in range(60):
        lines = as_disclosure(name).split("\n")
        for _ in range(drawn.choice([1, 1, 2, 5])):
            if lines:
                damage(lines, drawn)
        check_text(tmp_path, "\n".join(lines))


def test_shuffled_tables(tmp_path):
    drawn = random.Random("shuffled")
    for _ in range(150):
        chosen = drawn.sample(NAMES, 2)
        lines = [line for name in chosen for line in EXTRACTS[name].split("\n")]
        start = drawn.randrange(len(lines))
        end = drawn.randrange(start, min(len(lines), start + 30))
        shuffled = lines[start:end]
        drawn.shuffle(shuffled)
        check_text(tmp_path, TITLE + SENTENCE + "\n".join(lines[:start] + shuffled + lines[end:]))


ENCODINGS = ["utf-8-sig", "gb18030", "utf-16", "utf-16-be", "utf-32", "big5"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_changed_encodings(tmp_path, encoding):
    """What is read in another encoding is what is read in UTF-8, or the file is refused."""
    path = tmp_path / "document.txt"
    for name in NAMES:
        text = as_disclosure(name)
        expected = check_text(tmp_path, text)
        path.write_bytes(text.encode(encoding, errors="replace"))
        disclosure = check(path)
        if disclosure is not None and expected is not None and encoding != "big5":
            assert disclosure.rows["facts"] == expected.rows["facts"]


def test_wrong_encodings(tmp_path):
    """Text taken for another encoding and saved so."""
    for name in NAMES:
        data = as_disclosure(name).encode("gb18030")
        check_text(tmp_path, data.decode("latin-1"))
        check_text(tmp_path, as_disclosure(name).encode().decode("gb18030", errors="replace"))


@pytest.mark.parametrize(
    "suffix", [".txt", ".md", ".tsv", ".html", ".docx", ".xlsx", ".pdf", ".xls"]
)
def test_random_bytes(tmp_path, suffix):
    drawn = random.Random(suffix)
    path = tmp_path / f"document{suffix}"
    # Without the head of a legacy Word file: that is for LibreOffice, which takes seconds.
    heads = [b"", b"PK\x03\x04", b"%PDF-1.7\n", b"<html>", b"\xff\xfe"]
    for number in range(40):
        path.write_bytes(heads[number % len(heads)] + drawn.randbytes(drawn.randrange(3000)))
        assert check(path) is None


def test_random_marks(tmp_path):
    """Texts made of what documents are made of, in no order."""
    drawn = random.Random("marks")
    words = """
        收入 支出 项目 行次 栏次 预算数 合计 小计 科目编码 科目名称 类 款 项 一、教育支出 2010101
        201 1 2 3 0.00 1,131.10 26.05 单位：万元 收支预算总表 公开01表 “三公”经费 基本支出
        其中： 2024年 人员经费 — ※ 12_3.4 （5.6）
    """.replace("_", " ").split()
    words += ["\t", "|", " | ", "||", " ", "   ", "\n", "\n", "\n\n"] * 2
    for _ in range(1200):
        text = "".join(drawn.choices(words, k=drawn.randrange(4, 90)))
        check_text(tmp_path, TITLE + SENTENCE + text)
