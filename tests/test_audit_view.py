"""The pages of the audit: one disclosure, and several side by side."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import helpers as hp
from helpers.audit import rules
from helpers.audit_view import AuditsCompared, Cards, DocumentAudit
from helpers.charts import COLOURS
from helpers.disclosure import Disclosure, read
from helpers.document import DisclosureError
from helpers.wording import label

ROOT = Path(__file__).resolve().parents[1]
WITH_FINDINGS = "changji_housing_2023_budget"
EVALUATED = "changji_housing_2024_final"
CLEAN = "urumqi_housing_2024_budget"
SECTIONS = ("table", "between tables", "sentence and table", "sentences", "wording")
FILES = ("checks", "findings", "facts", "claims", "projects", "indicators")


@pytest.fixture(autouse=True)
def collection(monkeypatch):
    monkeypatch.setenv("HELPERS_ROOT", str(ROOT))


@pytest.fixture(scope="module")
def disclosures() -> dict[str, Disclosure]:
    names = (WITH_FINDINGS, EVALUATED, CLEAN)
    return {name: read(ROOT / "data" / "raw" / name) for name in names}


@pytest.fixture
def audit(disclosures) -> DocumentAudit:
    return DocumentAudit(disclosures[WITH_FINDINGS])


@pytest.fixture(scope="module")
def files() -> dict[str, pd.DataFrame]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPERS_ROOT", str(ROOT))
        return {name: hp.load(name, all_rows=True) for name in FILES}


def with_findings(disclosure: Disclosure, change) -> Disclosure:
    """The same disclosure with other rows of findings."""
    rows = [change(dict(row)) for row in disclosure.rows["findings"]]
    return replace(disclosure, rows={**disclosure.rows, "findings": rows})


def all_cards(audit: DocumentAudit) -> list[Cards]:
    return [
        audit.show_heaviest(),
        *(audit.errors_in(family) for family in SECTIONS),
        audit.errors_elsewhere(*SECTIONS),
        audit.of_severity("suspicious"),
        audit.of_severity("note"),
        audit.damaged(),
    ]


# --- one disclosure ----------------------------------------------------------------------------


def test_answer_comes_first_and_counts_causes(audit):
    errors = sum(cause.severity == "error" for cause in audit.published)
    assert audit.answer().startswith(f"Not everything agrees in this document: {errors} errors, ")
    assert audit.result().startswith(f"{errors} errors, ")
    shown = sum(len(cause.rows) for cause in audit.published)
    assert f"({shown} failed comparisons in all)" in audit.answer()
    assert audit.kinds().iloc[:, 1].sum() == errors


def test_every_cause_stands_in_one_card_and_every_finding_has_one_address(disclosures):
    for disclosure in disclosures.values():
        audit = DocumentAudit(disclosure)
        cards = all_cards(audit)
        numbers = [cause.number for one in cards for cause in one.causes]
        assert sorted(numbers) == sorted(cause.number for cause in audit.causes)
        page = "".join(one._repr_html_() for one in cards)
        addresses = re.findall(r'id="finding-(\d+)"', page)
        touching = [r for r in disclosure.rows["findings"] if r["severity"] != "rounding"]
        assert sorted(map(int, addresses)) == sorted(row["finding_no"] for row in touching)


def test_card_shows_both_figures_both_sentences_and_the_lines(audit):
    card = audit.errors_elsewhere(*SECTIONS)._repr_html_().split("</article>")[0]
    assert "evaluated projects 评价项目数<span>difference 1个</span>" in card
    assert "<dt>11个</dt>" in card and "<dt>10个</dt>" in card
    place = f'data-place="{WITH_FINDINGS}#L2426"'
    assert place in card
    assert "与绩效目标表份数（10个）不一致，相差1个。" in card
    assert "which does not equal 10个 (绩效目标表份数)" in card
    assert "<details><summary>The lines 原文</summary>" in card
    assert "<b>2426</b>" in card


def test_weightiest_errors_come_first_with_their_lines_in_sight(audit):
    page = audit.show_heaviest()._repr_html_()
    assert page.count("<article") == audit.shown == 5
    assert page.count("<details open>") == 5
    assert page.index("1,846.59万元") < page.index("1,626.09万元")


def test_hint_notes_and_conversion_show_when_they_come(disclosures):
    def change(row):
        if row["finding_no"] == 1:
            row |= {"hint_origin": "L934", "hint_value": "9.98", "hint_evidence": "repairs 1 <b>"}
        if row["finding_no"] == 2:
            row |= {"severity": "note"}
        if row["finding_no"] == 3:
            row |= {"damage": "conversion"}
        return row

    audit = DocumentAudit(with_findings(disclosures[EVALUATED], change))
    assert audit.hints().startswith("1 of 4 causes come with a hint")
    (hinted,) = [one for one in audit.causes if one.hints]
    page = audit.show_heaviest()._repr_html_()
    told = "线索（仅供参考）。repairs 1 &lt;b&gt;<br>Hint, not a finding. repairs 1 &lt;b&gt;"
    assert f'<p class="hint">{told}</p>' in page
    assert hinted.lead["finding_no"] == 1
    assert [cause.lead["finding_no"] for cause in audit.of_severity("note").causes] == [2]
    assert [cause.lead["finding_no"] for cause in audit.damaged().causes] == [3]
    assert "2 errors, 1 note, each with a cause of its own" in audit.result()


def test_figures_most_suspected_lead_to_their_lines(disclosures):
    audit = DocumentAudit(
        with_findings(disclosures[EVALUATED], lambda row: row | {"suspects": "L933"})
    )
    page = audit.show_heaviest()._repr_html_()
    assert f'likeliest first: <span class="origin" data-place="{EVALUATED}#L933"' in page


def test_finding_without_lines_has_a_card_all_the_same(audit):
    def nowhere(row):
        raise DisclosureError("no such place")

    cards = Cards(audit.heaviest, nowhere)
    assert "The lines 原文" not in cards._repr_html_()
    assert audit.heaviest[0].lead["statement_zh"] in cards._repr_html_().replace("&quot;", '"')


def test_rounding_stands_apart_with_its_bound(audit, disclosures):
    table = audit.rounding()
    rows = [r for r in disclosures[WITH_FINDINGS].rows["findings"] if r["severity"] == "rounding"]
    assert list(table.iloc[0]) == [
        1,
        "表6/工资福利支出（301）·合计",
        "1,165.19万元",
        "1,165.18万元",
        "0.01万元",
        "0.06万元",
    ]
    assert len(table) == len(rows)


def test_document_without_findings_reads_well(disclosures):
    audit = DocumentAudit(disclosures[CLEAN])
    assert audit.answer().startswith("Nothing was found in this document that does not add up")
    assert audit.kinds().empty
    assert audit.hints() == "There is no failed check to be explained."
    for cards in all_cards(audit):
        assert re.fullmatch(r"<p>[^<]+\.</p>", cards._repr_html_())
    told = "<p>Every check that could be made holds: 378 of 378.</p>"
    assert audit.errors_in("table")._repr_html_() == told
    assert audit.draw_families() is not None
    assert not audit.rules_that_hold().empty


def test_what_is_only_suspicious_is_not_said_to_hold(disclosures):
    def change(row):
        return row | {"severity": "suspicious"}

    audit = DocumentAudit(with_findings(disclosures[EVALUATED], change))
    assert audit.errors_in("evaluation")._repr_html_().startswith("<p>No error: 205 of 209 checks")
    assert "holds: 99 of 99." in audit.errors_in("sentences")._repr_html_()


def test_document_in_which_nothing_could_be_checked(disclosures):
    rows = {**disclosures[CLEAN].rows, "checks": [], "findings": []}
    audit = DocumentAudit(replace(disclosures[CLEAN], rows=rows))
    assert "nothing was checked" in audit.answer() and "nothing was checked" in audit.result()
    assert audit.draw_families() is None
    assert audit.families().empty and audit.unclear().empty


def test_every_family_of_rules_has_a_name_and_a_colour():
    for family in {rule["family"] for rule in rules().values()}:
        assert label(family, "en") and label(family, "zh")
        assert family in COLOURS


# --- several disclosures -----------------------------------------------------------------------


def test_disclosures_keep_their_order_and_counts_stand_beside_checks(files):
    sources = hp.load_sources()
    audits = AuditsCompared(sources, files)
    table = audits.per_disclosure()
    assert list(table.iloc[:, 0].str.split(" ·").str[0]) == list(sources["department"])
    own = table.set_index(sources["source_id"])
    checks = files["checks"]
    for source_id in sources["source_id"]:
        rows = checks[checks["source_id"] == source_id]
        assert own.loc[source_id, "checks 校验"] == len(rows)
        assert own.loc[source_id, "do not hold 不一致"] == (rows["status"] == "fail").sum()
    assert own.loc[CLEAN, "error 错误"] == 0
    assert own.loc[CLEAN, "do not hold of those made 不一致占比"] == "0.0%"


def test_kinds_count_failed_of_those_made(files):
    kinds = AuditsCompared(hp.load_sources(), files).kinds().set_index("where 位置")
    assert list(kinds.loc["within a table 表内"])[1::3] == ["—", "—"]  # final accounts
    made = files["checks"][files["checks"]["source_id"] == CLEAN]
    within = made[made["rule_id"].str.startswith("table_")]
    assert kinds.loc["within a table 表内"].iloc[2] == f"0 of {len(within)}"


def test_damage_of_the_conversion_counts_for_no_disclosure(files):
    findings = files["findings"].assign(damage="conversion")
    audits = AuditsCompared(hp.load_sources(), {**files, "findings": findings})
    assert audits.answer().startswith("Nothing that does not add up was found in 5 disclosures")
    assert audits.draw_sizes() is None
    assert audits.tell_sizes() == "No difference in money was found."
    assert "none found" not in audits.draw_causes().alt
    assert audits.sizes().iloc[:, 1:].to_numpy().sum() == 0


def test_notes_are_counted_apart(files):
    findings = files["findings"].assign(severity="note")
    audits = AuditsCompared(hp.load_sources(), {**files, "findings": findings})
    assert audits.answer().startswith("Nothing that does not add up was found in 5 disclosures")
    notes = audits.per_disclosure()["note 提示"]
    assert sum(notes) == sum(len(own) for own in audits.causes.values()) > 0


def test_sizes_in_classes(files):
    audits = AuditsCompared(hp.load_sources(), files)
    row = files["findings"].iloc[0].to_dict() | {"severity": "error", "unit": "万元"}
    gaps = ["0.5", "5", "50", "500", "100"]
    rows = [row | {"cause_no": n, "difference": Decimal(gap)} for n, gap in enumerate(gaps)]
    small = {**files, "findings": pd.DataFrame(rows)}
    audits = AuditsCompared(hp.load_sources(), small)
    assert list(audits.sizes().iloc[0, 1:]) == [1, 1, 1, 2]
    assert audits.tell_sizes().startswith("Of 5 differences in money 2 amount to 100 万元 or more")


def test_no_disclosures_at_all():
    files = {name: hp.load(name, [], all_rows=True) for name in FILES}
    audits = AuditsCompared(hp.load_sources([]), files)
    assert audits.draw_causes() is None and audits.draw_failed() is None
    assert audits.per_disclosure().empty and audits.kinds().empty
    assert audits.tell_hints() == ""


# --- the notebooks -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["03_audit_arithmetic", "10_findings_across_disclosures"])
def test_notebooks_keep_to_the_form(name):
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    cells = notebook["cells"]
    assert 25 <= len(cells) <= 45
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert max(len(cell["source"]) for cell in cells if cell["cell_type"] == "code") <= 8
    assert cells[-1]["metadata"]["tags"] == ["result"]
