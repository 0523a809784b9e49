"""Word documents with the structures that published ones have."""

import io
import os
import stat
import time
import zipfile
from pathlib import Path

import docx
import pytest

from helpers.disclosure import read
from helpers.document import DisclosureError, Paragraph
from helpers.readers import read_document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def p(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    inner = text if text.startswith("<") else p(text)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def tr(*cells: str) -> str:
    return f"<w:tr>{''.join(c if c.startswith('<w:tc>') else tc(c) for c in cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


SPAN, DOWN, MORE = '<w:gridSpan w:val="{}"/>'.format, '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def package(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def links(*entries: tuple[str, str, str]) -> str:
    """Relationships of (kind, target, mode)."""
    inner = "".join(
        f'<Relationship Id="r{i}" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for i, (kind, target, mode) in enumerate(entries)
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{inner}</Relationships>'


def word(body: str, more: dict[str, str | bytes] | None = None) -> bytes:
    return package(
        {
            "_rels/.rels": links(("officeDocument", "word/document.xml", "Internal")),
            "word/document.xml": f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>",
            **(more or {}),
        }
    )


def blocks(tmp_path: Path, body: str, more: dict[str, str | bytes] | None = None):
    path = tmp_path / "某局.docx"
    path.write_bytes(word(body, more))
    return read_document(path).blocks


def texts(block) -> object:
    if isinstance(block, Paragraph):
        return block.text
    return [[cell.text for cell in row] for row in block.rows]


BUDGET = (
    p("某市园林局2024年部门预算公开")
    + p("表3")
    + p("部门支出总体情况表")
    + p("单位：万元")
    + tbl(
        tr(tc("项　目", SPAN(4)), tc("支出预算", SPAN(3))),
        tr(
            tc("功能分类科目编码", SPAN(3)),
            tc("功能分类科目名称", DOWN),
            tc("合\u00a0计", DOWN),
            tc("基本支出", DOWN),
            tc("项目支出", DOWN),
        ),
        tr("类", "款", "项", *(tc("", MORE) for _ in range(4))),
        tr("212", "", "", "城乡社区支出", "１，１３１．１０", "1,000.00\u00a0", "131.10"),
        tr("212", "05", "01", "城乡社区环境卫生", "1131.10", "1000", "131.10"),
    )
)


def test_merged_headers_lead_to_each_amount(tmp_path):
    path = tmp_path / "park_2024_budget.docx"
    path.write_bytes(word(BUDGET))
    disclosure = read(path)
    facts = disclosure.rows["facts"]
    assert [(f["functional_code"], f["column_path"], f["amount_yuan"]) for f in facts[:3]] == [
        ("212", "支出预算/合计", 11_311_000),
        ("212", "支出预算/基本支出", 10_000_000),
        ("212", "支出预算/项目支出", 1_311_000),
    ]
    assert [f["functional_code"] for f in facts[3:]] == ["2120501"] * 3
    assert [f["origin"] for f in facts[:3]] == ["t1:r4:c5", "t1:r4:c6", "t1:r4:c7"]
    assert disclosure.rows["unread"] == []
    assert str(disclosure.where(facts[2])) == "t1:r4:c7: 【131.10】"


def test_blank_cells_belong_to_the_cell_they_are_merged_with(tmp_path):
    *_, table = blocks(tmp_path, BUDGET)
    assert texts(table)[1][:4] == ["功能分类科目编码", "", "", "功能分类科目名称"]
    assert [cell.origin for cell in table.rows[2]][2:] == [
        "t1:r3:c3",
        "t1:r2:c4",
        "t1:r2:c5",
        "t1:r2:c6",
        "t1:r2:c7",
    ]


def test_a_layout_table_gives_what_stands_in_it(tmp_path):
    inner = tbl(tr("项目", "金额"), tr("合计", "1.00"), tr("其他", "2.00"))
    body = (
        p("前") + tbl(tr(tc(p("标题") + inner + p("尾"), SPAN(2))), tr("左", tc(p("右")))) + p("后")
    )
    found = blocks(tmp_path, body)
    assert [texts(block) for block in found] == [
        "前",
        "标题",
        [["项目", "金额"], ["合计", "1.00"], ["其他", "2.00"]],
        "尾",
        "左",
        "右",
        "后",
    ]
    assert [block.origin for block in found[:3]] == ["b1", "t1:r1:c1:b1", "t1:r1:c1:t1:r1:c1"]
    assert found[-1].origin == "b2"


def test_a_table_in_a_cell_of_a_data_table_follows_it(tmp_path):
    inner = tbl(tr("一", "1.00"))
    outer = tbl(tr("项目", "说明", "金额"), tr("甲", tc(p("见表") + inner + p("")), "5.00"))
    first, second = blocks(tmp_path, outer)
    assert texts(first) == [["项目", "说明", "金额"], ["甲", "见表", "5.00"]]
    assert (texts(second), second.origin) == ([["一", "1.00"]], "t1:r2:c2:t1:r1:c1")


def test_a_single_cell_is_a_frame(tmp_path):
    found = blocks(tmp_path, tbl(tr(tc(p("一、概况") + p("编制数 40 人。")))))
    assert [texts(block) for block in found] == ["一、概况", "编制数 40 人。"]


def test_deleted_and_hidden_text_is_no_text(tmp_path):
    body = (
        "<w:p><w:r><w:t>合计</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>12</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>99</w:t></w:r><w:r><w:noBreakHyphen/></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>万元</w:t></w:r></w:p>'
    )
    assert [texts(block) for block in blocks(tmp_path, body)] == ["合计12-万元"]


def test_a_text_box_is_read_once(tmp_path):
    box = f"<w:txbxContent>{p('单位：万元')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>收支总表</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    found = blocks(tmp_path, body)
    assert [(texts(b), b.origin) for b in found] == [("收支总表", "b1"), ("单位：万元", "b1:x1:b1")]


def test_a_line_break_parts_lines(tmp_path):
    body = "<w:p><w:r><w:t>收支总表</w:t><w:br/><w:t>单位：万元</w:t></w:r></w:p>"
    found = blocks(tmp_path, body)
    assert [(texts(b), b.origin) for b in found] == [("收支总表", "b1"), ("单位：万元", "b1:l2")]


def test_list_marks_that_word_counts_are_text(tmp_path):
    def level(depth: int, form: str, text: str) -> str:
        return (
            f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
        )

    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">'
        + level(0, "chineseCountingThousand", "%1、")
        + level(1, "decimal", "（%2）")
        + level(2, "bullet", "●")
        + '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    styles = (
        f'<w:styles {W}><w:style w:styleId="a"><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr>'
        '</w:pPr></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>'
    )
    more = {
        "word/numbering.xml": numbering,
        "word/styles.xml": styles,
        "word/_rels/document.xml.rels": links(
            ("numbering", "numbering.xml", "Internal"), ("styles", "/word/styles.xml", "Internal")
        ),
    }

    def at(depth: int) -> str:
        return f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="7"/></w:numPr></w:pPr>'

    styled = '<w:pPr><w:pStyle w:val="b"/></w:pPr>'
    body = p("收入", at(0)) + p("甲", at(1)) + p("乙", at(1)) + p("丙", at(2)) + p("支出", styled)
    body += p("丁", at(1)) + "".join(p("末", at(0)) for _ in range(9))
    found = [texts(block) for block in blocks(tmp_path, body, more)]
    assert found[:6] == ["一、收入", "（1）甲", "（2）乙", "丙", "二、支出", "（1）丁"]
    assert found[-2:] == ["十、末", "十一、末"]


def test_python_docx_writes_what_is_read(tmp_path):
    file = docx.Document()
    file.add_heading("某局2024年部门预算", 0)
    table = file.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "收入"
    table.cell(1, 0).text, table.cell(1, 1).text = "合计", "1.00"
    path = tmp_path / "a.docx"
    file.save(path)
    found = read_document(path).blocks
    assert [texts(b) for b in found] == ["某局2024年部门预算", [["收入", ""], ["合计", "1.00"]]]


# --- what is refused ---------------------------------------------------------------------------

EXPANDING = (
    '<!DOCTYPE w:document [<!ENTITY a "九九九九九九九九"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]>'
)
REFUSED = {
    "empty": (b"", "is empty"),
    "no zip": (b"PK\x03\x04 and no more", "cannot be opened"),
    "cut": (word(BUDGET)[:-200], "cannot be opened"),
    "other zip": (package({"a.txt": "某局"}), "is no Word document"),
    "no xml": (
        package(
            {
                "_rels/.rels": links(("officeDocument", "word/document.xml", "Internal")),
                "word/document.xml": "某局",
            }
        ),
        "is no XML",
    ),
    "macros": (word(BUDGET, {"word/vbaProject.bin": b"\0"}), "holds macros"),
    "template elsewhere": (
        word(
            BUDGET,
            {
                "word/_rels/document.xml.rels": links(("settings", "settings.xml", "Internal")),
                "word/_rels/settings.xml.rels": links(
                    ("attachedTemplate", "http://192.0.2.1/a.dotm", "External")
                ),
            },
        ),
        "loads its attachedTemplate from another machine",
    ),
    "picture elsewhere": (
        word(
            BUDGET,
            {"word/_rels/document.xml.rels": links(("image", "//192.0.2.1/a.png", "External"))},
        ),
        "loads its image from another machine",
    ),
    "entities": (
        package(
            {
                "_rels/.rels": links(("officeDocument", "word/document.xml", "Internal")),
                "word/document.xml": EXPANDING
                + f"<w:document {W}><w:body>{p('某局&b;&c;')}</w:body></w:document>",
            }
        ),
        "declares a document type",
    ),
    "bomb": (word(p("某局") + "<w:p/>" * 8_000_000), "unpacks to 48,"),
    "encrypted": (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_readable_document_is_refused_in_a_sentence(case, tmp_path):
    data, reason = REFUSED[case]
    path = tmp_path / "某局.docx"
    path.write_bytes(data)
    start = time.monotonic()
    with pytest.raises(DisclosureError) as told:
        read_document(path)
    assert reason in str(told.value) and str(told.value).startswith("某局.docx")
    assert str(told.value).count("\n") == 0
    assert time.monotonic() - start < 2


def test_a_web_address_in_the_text_is_no_danger(tmp_path):
    relations = links(
        ("hyperlink", "http://192.0.2.1/", "External"),
        ("attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm", "External"),
    )
    body = f"<w:p><w:hyperlink>{p('网址')[5:-6]}</w:hyperlink></w:p>"
    (found,) = blocks(tmp_path, body, {"word/_rels/document.xml.rels": relations})
    assert found.text == "网址"


def test_any_damage_is_refused_or_read(tmp_path):
    whole = word(BUDGET)
    path = tmp_path / "某局.docx"
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        with pytest.raises(DisclosureError):
            read_document(path)
    for place in range(0, len(whole), 11):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            read_document(path)
        except DisclosureError:
            continue


# --- legacy documents --------------------------------------------------------------------------


def office(tmp_path: Path, script: str, monkeypatch) -> Path:
    """Put a program called soffice on the path, and return a legacy document."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    path = tmp_path / "park_2024_budget.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0 a legacy document")
    return path


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for LibreOffice is a shell script")
def test_a_legacy_document_goes_through_libreoffice(tmp_path, monkeypatch):
    converted = tmp_path / "converted.docx"
    converted.write_bytes(word(BUDGET))
    log = tmp_path / "arguments"
    script = f'echo "$@" > {log}\nfor last; do :; done\ncp {converted} "${{last%.doc}}.docx"'
    disclosure = read(office(tmp_path, script, monkeypatch))
    assert len(disclosure.rows["facts"]) == 6
    assert "-env:UserInstallation=file:" in log.read_text() and "--headless" in log.read_text()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for LibreOffice is a shell script")
def test_libreoffice_has_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.readers.doc._LONGEST_SECONDS", 0.3)
    with pytest.raises(DisclosureError, match=r"^park_2024_budget\.doc .* within 0\.3 seconds\.$"):
        read_document(office(tmp_path, "sleep 30", monkeypatch))


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for LibreOffice is a shell script")
def test_what_libreoffice_cannot_convert_is_refused(tmp_path, monkeypatch):
    with pytest.raises(DisclosureError, match="could not be converted by LibreOffice: it is dam"):
        read_document(office(tmp_path, "exit 1", monkeypatch))


def test_without_libreoffice_one_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "a.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0 a legacy document")
    with pytest.raises(DisclosureError, match="only LibreOffice reads: install that, or save"):
        read_document(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + "_VBA_PROJECT".encode("utf-16-le"))
    with pytest.raises(DisclosureError, match=r"^a\.doc holds macros"):
        read_document(path)


def test_a_legacy_name_may_hide_a_newer_document(tmp_path):
    path = tmp_path / "park_2024_budget.doc"
    path.write_bytes(word(BUDGET))
    assert len(read(path).rows["facts"]) == 6
