"""Disclosures of a made-up department, in the two layouts that are read.

Place in the chain: used by ``timing`` and its test.  Input: a
:class:`~helpers.bench.department.Department`.  Output: the text of a budget, a table row per line
with pages and repeated headers, and of final accounts, a table cell per line.

The parts that grow with a department grow here: functional items, units, projects, the sentences
about them and their performance tables.  Every fifth name of a target table arrives cut in two with
a doubled edge, the way PDF conversions leave merged cells, and stands whole in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from helpers.bench.department import Department, Item, Project

Cells = Sequence[str]

_ROWS_PER_PAGE = 40
_SERIAL = "※"


def _money(hundredths: int) -> str:
    return f"{hundredths // 100:,}.{hundredths % 100:02}"


def _filled(hundredths: int) -> str:
    """Print a zero as the blank cell that tables print."""
    return _money(hundredths) if hundredths else ""


def _change(now: int, before: int) -> str:
    word, rate_word = ("增加", "增长") if now >= before else ("减少", "下降")
    rate = abs(now - before) / before
    return f"{word}{_money(abs(now - before))}万元，{rate_word}{rate:.2%}"


# --- tables, a row per line --------------------------------------------------------------------


def _table(
    department: Department, number: int, title: str, header: Sequence[Cells], rows: Iterable[Cells]
) -> Iterator[str]:
    """Yield a table cut into pages, its header repeated on each."""
    body = list(rows)
    yield from (f"表 {number}", "", title, "")
    for start in range(0, len(body), _ROWS_PER_PAGE):
        yield from (f"编制部门：{department.name}", "", "单位：万元", "")
        for cells in (*header, *body[start : start + _ROWS_PER_PAGE]):
            yield "\t".join(cells)
        yield ""


def _empty_table(department: Department, number: int, title: str, fund: str) -> Iterator[str]:
    header = (
        ("科目", "", "", f"{fund}支出", "", "", "", ""),
        ("功能分类科目编码", "", "", "功能分类科目名称", "合计", "基本支出", "", "项目支出"),
        ("类", "款", "项", "", "", "人员经费", "公用经费", ""),
        (_SERIAL, _SERIAL, _SERIAL, _SERIAL, "1", "2", "3", "4"),
    )
    yield from _table(department, number, title, header, ())
    yield from (f"编制部门：{department.name}", "", "单位：万元", "")
    yield from ("\t".join(cells) for cells in header)
    yield from ("", f"{department.name}2024年没有使用{fund}拨款安排的支出，{title}为空表。", "")


def _codes(code: str) -> tuple[str, str, str]:
    return code[:3], code[3:5], code[5:]


def _by_function(
    items: Iterable[Item], amounts: Callable[[Item], Sequence[int]]
) -> Iterator[tuple[tuple[str, str, str], str, list[int]]]:
    """Yield codes, name and sums of every class, section and item."""

    def sums(group: Iterable[Item]) -> list[int]:
        return [sum(column) for column in zip(*map(amounts, group), strict=True)]

    for _, in_class in groupby(items, key=lambda item: item.code[:3]):
        of_class = list(in_class)
        yield (of_class[0].code[:3], "", ""), of_class[0].class_name, sums(of_class)
        for _, in_section in groupby(of_class, key=lambda item: item.code[:5]):
            of_section = list(in_section)
            codes = (*_codes(of_section[0].code)[:2], "")
            yield codes, of_section[0].section_name, sums(of_section)
            for item in of_section:
                yield _codes(item.code), item.name, sums([item])


def _functional_table(department: Department, number: int, title: str, over: str) -> Iterator[str]:
    header = (
        ("科目", "", "", over, "", "", ""),
        ("功能分类科目编码", "", "", "功能分类科目名称", "合计", "基本支出", "项目支出"),
        ("类", "款", "项", "", "", "", ""),
        (_SERIAL, _SERIAL, _SERIAL, _SERIAL, "1", "2", "3"),
    )
    spent = _project_money(department)

    def amounts(item: Item) -> tuple[int, int, int]:
        return item.basic + spent.get(item.code, 0), item.basic, spent.get(item.code, 0)

    total = (department.total, department.basic, department.project)
    rows = [("", "", "", "总计", *map(_filled, total))]
    rows += [
        (*codes, name, *map(_filled, sums))
        for codes, name, sums in _by_function(department.items, amounts)
    ]
    return _table(department, number, title, header, rows)


def _project_money(department: Department) -> dict[str, int]:
    spent: dict[str, int] = {}
    for project in department.projects:
        spent[project.item.code] = spent.get(project.item.code, 0) + project.amount
    return spent


def _project_table(department: Department) -> Iterator[str]:
    header = (
        ("科目编码", "", "", "功能分类科目名称", "项目名称", "项目支出合计", "商品服务支出"),
        ("类", "款", "项", "", "", "", ""),
        (_SERIAL, _SERIAL, _SERIAL, _SERIAL, _SERIAL, "1", "2"),
    )

    def row(codes: Sequence[str], label: str, name: str, amount: int) -> Cells:
        return (*codes, label, name, _money(amount), _money(amount))

    rows = [row(("", "", ""), "总计", "", department.project)]
    for unit, of_unit in groupby(department.projects, key=lambda project: project.unit):
        projects = list(of_unit)
        rows.append(row(("", "", ""), unit, "", sum(p.amount for p in projects)))
        by_code = {project.item.code: project for project in projects}
        items = [project.item for project in projects]
        for codes, label, sums in _by_function(items, lambda i, by=by_code: [by[i.code].amount]):
            name = by_code["".join(codes)].name if codes[2] else ""
            rows.append(row(codes, label, name, sums[0]))
    return _table(department, 7, "一般公共预算项目支出情况表", header, rows)


def _basic_table(department: Department) -> Iterator[str]:
    header = (
        ("经济分类科目编码", "", "科目", "一般公共预算基本支出", "", ""),
        ("类", "款", "经济分类科目名称", "合计", "人员经费", "公用经费"),
        (_SERIAL, _SERIAL, _SERIAL, "1", "2", "3"),
    )
    public = department.basic // 8
    personnel = department.basic - public
    rows = (
        ("", "", "总计", *map(_money, (department.basic, personnel, public))),
        ("301", "", "工资福利支出", _money(personnel), _money(personnel), ""),
        ("301", "01", "基本工资", _money(personnel), _money(personnel), ""),
        ("302", "", "商品和服务支出", _money(public), "", _money(public)),
        ("302", "01", "办公费", _money(public), "", _money(public)),
    )
    return _table(department, 6, "一般公共预算基本支出情况表", header, rows)


# --- performance tables ------------------------------------------------------------------------


def _cut(name: str) -> tuple[str, str]:
    """Cut a name the way a conversion does, the character at the edge doubled."""
    middle = len(name) // 2
    return name[:middle], name[middle - 1 :]


def _target_table(project: Project, is_cut: bool) -> Iterator[str]:
    amount = _money(project.amount)
    name = _cut(project.name) if is_cut else (project.name, "")
    yield from ("项目支出绩效目标表", "", "（2024年）", "")
    for row in (
        f"预算单位||{project.unit}||||||",
        f"项目名称||{'|'.join(name)}|||||",
        f"项目资金（万元）||年度预算总额：|{amount}|其中：财政拨款|{amount}|其他资金：|0.00|",
        f"项目总体目标||完成{project.name}的全部任务。||||||",
        "一级指标|二级指标|三级指标|指标值|指标值设定依据|上年完成值|指标分值权重|指标赋分规则|佐证资料",
        "产出指标|数量指标|完成任务数量|>=12次|历史标准|11次|30|按照完成比例赋分|工作资料",
        "|质量指标|任务合格率|>=95%|历史标准|95%|30|按照完成比例赋分|工作资料",
        "满意度指标|满意度指标|群众满意度|>=90%|历史标准|92%|30|满意度赋分|工作资料",
    ):
        yield row.replace("|", "\t")
    yield ""


def _self_evaluation(department: Department, project: Project) -> Iterator[Cells]:
    amount = _money(project.amount)
    rows = (
        "项目支出绩效自评表",
        "（2024年度）",
        f"项目名称|{project.name}",
        f"主管部门|{department.name}|实施单位|{project.unit}",
        "项目资金（万元）||年初预算数|全年预算数|全年执行数|分值|执行率|得分",
        f"|年度资金总额|{amount}|{amount}|{amount}|10|100.00%|10.00",
        f"|其中：当年财政拨款|{amount}|{amount}|{amount}|—|—|—",
        "|其他资金|0.00|0.00|0.00|—|—|—",
        "年度总体目标|预期目标|实际完成情况",
        f"|完成{project.name}的全部任务。|全部任务已经完成。",
        "|一级指标|二级指标|三级指标|权重|目标值|业绩值|完成率|指标得分",
        "年度绩效指标完成情况|产出指标|数量指标|完成任务数量|50|>=12次|=12次|100%|50",
        "||质量指标|任务合格率|40|>=95%|=96%|100%|40",
        "总分||||100||||100.00",
    )
    return (row.split("|") for row in rows)


# --- sentences ---------------------------------------------------------------------------------


def _about_items(department: Department) -> Iterator[str]:
    spent = _project_money(department)
    for number, item in enumerate(department.items, 1):
        now = item.basic + spent.get(item.code, 0)
        yield (
            f"{number}、{item.class_name}（类）{item.section_name}（款）{item.name}（项）：2024年"
            f"预算数为{_money(now)}万元，比上年预算{_change(now, item.before)}，"
            f"主要原因是本年度工作任务有所调整。"
        )


def _about_project(project: Project) -> Iterator[str]:
    part = project.amount // 3
    yield f"项目名称：{project.name}"
    yield f"设立的政策依据：根据年度工作安排，由{project.unit}组织实施。"
    yield f"预算安排规模：{_money(project.amount)}万元"
    yield f"项目承担单位：{project.unit}"
    yield f"资金分配情况：材料费{_money(part)}万元，劳务费{_money(project.amount - part)}万元。"
    yield "资金执行时间：2024年1月至12月"


def budget_text(department: Department) -> str:
    """Return a departmental budget: tables and sentences, a table row per line."""
    name, year, total = department.name, department.year, _money(department.total)
    lines = [f"{name}{year}年部门预算公开", "", f"第一部分 {name}概况", "", "机构设置", ""]
    lines += [f"第二部分 {year}年部门预算公开表", ""]
    lines += _functional_table(department, 3, "部门支出总体情况表", "支出预算")
    lines += _functional_table(department, 5, "一般公共预算支出情况表", "一般公共预算支出")
    lines += _basic_table(department)
    lines += _project_table(department)
    lines += _empty_table(department, 8, "政府性基金预算支出情况表", "政府性基金预算")
    lines += [f"第三部分 {year}年部门预算情况说明", ""]
    sections = (
        (
            f"一、关于{name}{year}年支出预算情况说明",
            f"{name}{year}年支出预算{total}万元，其中：",
            f"基本支出{_money(department.basic)}万元，占"
            f"{department.basic / department.total:.2%}。",
            f"项目支出{_money(department.project)}万元，占"
            f"{department.project / department.total:.2%}，主要用于"
            f"{'、'.join(project.name for project in department.projects)}。",
        ),
        (f"二、关于{name}{year}年一般公共预算当年拨款情况说明", *_about_items(department)),
        (
            f"三、关于{name}{year}年一般公共预算项目支出情况说明",
            *(line for project in department.projects for line in _about_project(project)),
        ),
        (
            "四、预算绩效情况",
            f"{year}年，本部门项目{len(department.projects)}个，涉及预算金额"
            f"{_money(department.project)}万元。",
        ),
    )
    lines += [line for section in sections for paragraph in section for line in (paragraph, "")]
    for number, project in enumerate(department.projects):
        lines += _target_table(project, is_cut=number % 5 == 4)
    return "\n".join(lines) + "\n"


def final_accounts_text(department: Department) -> str:
    """Return final accounts: sentences and self-evaluations, a table cell per line."""
    name, year, total = department.name, department.year, _money(department.total)
    lines = [
        f"{name}{year}年度部门决算公开说明",
        f"第一部分 {name}概况",
        "第二部分 部门决算情况说明",
        "一、收入支出决算总体情况说明",
        f"{year}年度支出总计{total}万元，其中：本年支出合计{total}万元，结余分配0.00万元。",
        "二、支出决算情况说明",
        f"本年支出{total}万元，其中：基本支出{_money(department.basic)}万元，项目支出"
        f"{_money(department.project)}万元。",
        "三、一般公共预算财政拨款支出决算情况说明",
    ]
    lines += [line.replace("预算", "决算") for line in _about_items(department)]
    lines.append("四、预算绩效的情况说明")
    for project in department.projects:
        lines += ["", ""]
        for cells in _self_evaluation(department, project):
            lines += [*(f"\t{cell}" for cell in cells), ""]
    return "\n".join(lines) + "\n"
