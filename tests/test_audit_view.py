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
from made_up_findings import OF_EACH_KIND, finding, with_findings, words

ROOT = Path(__file__).resolve().parents[1]
WITH_FINDINGS = "changji_housing_2023_budget"
EVALUATED = "changji_housing_2024_final"
OTHER = "urumqi_housing_2024_budget"
SECTIONS = ("table", "between tables", "sentence and table", "sentences", "wording")
FILES = ("checks", "findings", "facts", "claims", "projects", "indicators")


@pytest.fixture(autouse=True)
def collection(monkeypatch):
    monkeypatch.setenv("HELPERS_ROOT", str(ROOT))


@pytest.fixture(scope="module")
def disclosures() -> dict[str, Disclosure]:
    names = (WITH_FINDINGS, EVALUATED, OTHER)
    return {name: read(ROOT / "data" / "raw" / name) for name in names}


@pytest.fixture
def audit(disclosures) -> DocumentAudit:
    return DocumentAudit(disclosures[WITH_FINDINGS])


@pytest.fixture(scope="module")
def files() -> dict[str, pd.DataFrame]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPERS_ROOT", str(ROOT))
        return {name: hp.load(name, all_rows=True) for name in FILES}


def audit_of(disclosures: dict[str, Disclosure], *findings: dict) -> DocumentAudit:
    """The audit of a document that has just these findings, each a check that fails."""
    return DocumentAudit(with_findings(disclosures[OTHER], findings))


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


def test_card_shows_both_figures_both_sentences_and_the_lines(disclosures):
    audit = audit_of(disclosures, *OF_EACH_KIND[:2])
    card = audit.show_heaviest()._repr_html_()
    assert card.count("<article") == 1
    assert "row total 横向合计<span>difference 275.09万元</span>" in card
    assert "<dt>679.05万元</dt>" in card and "<dt>954.14万元</dt>" in card
    assert f'data-place="{OTHER}#L465"' in card
    assert '<dl class="sides"><dt>' in card
    assert finding()["statement_zh"] in card and finding()["statement_en"] in card
    assert "<summary>1 more of the same cause 同一原因</summary>" in card
    assert "<summary>The lines 原文</summary>" in card and "<b>465</b>" in card


def test_card_about_words_has_no_figures(disclosures):
    card = audit_of(disclosures, words()).show_heaviest()._repr_html_()
    assert '<dl class="sides words"><dt>“5.”</dt>' in card
    assert "<span></span></p>" in card and "difference" not in card
    assert 'class="hint"' not in card


def test_weightiest_errors_come_first_with_their_lines_in_sight(disclosures):
    audit = DocumentAudit(with_findings(disclosures[OTHER], OF_EACH_KIND), shown=3)
    page = audit.show_heaviest()._repr_html_()
    assert page.count("<article") == page.count("<details open>") == 3
    leads = re.findall(r'<article class="finding error" id="finding-(\d+)"', page)
    assert leads == ["6", "3", "1"]  # 954.14万元 beside a blank, 300万元, 275.09万元
    assert audit.errors_in("wording").causes[0].lead["finding_no"] == 8
    assert "<details open>" not in audit.errors_in("wording")._repr_html_()


def test_hints_notes_and_conversion_stand_apart(disclosures):
    audit = audit_of(disclosures, *OF_EACH_KIND)
    assert audit.hints().startswith("1 of 9 causes come with a hint")
    (hinted,) = [one for one in audit.causes if one.hints]
    told = "线索（仅供参考）。疑似笔误 &lt;b&gt;。<br>Hint, not a finding. Likely slip &lt;b&gt;."
    assert f'<p class="hint">{told}</p>' in audit.show_heaviest()._repr_html_()
    assert hinted.lead["finding_no"] == 3
    apart = [audit.of_severity("suspicious"), audit.of_severity("note"), audit.damaged()]
    shown = [[one.lead["finding_no"] for one in cards.causes] for cards in apart]
    assert shown == [[9], [10], [11]]
    assert "6 errors, 1 suspicious, 1 note, each with a cause of its own" in audit.result()


def test_figures_most_suspected_lead_to_their_lines(disclosures):
    page = audit_of(disclosures, finding(suspects="L466")).show_heaviest()._repr_html_()
    assert f'likeliest first: <span class="origin" data-place="{OTHER}#L466"' in page


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
    audit = audit_of(disclosures)
    assert audit.answer().startswith("Nothing was found in this document that does not add up")
    assert audit.kinds().empty
    assert audit.hints() == "There is no failed check to be explained."
    for cards in all_cards(audit):
        assert re.fullmatch(r"<p>[^<]+\.</p>", cards._repr_html_())
    told = "<p>Every check that could be made holds: 1 of 2.</p>"
    assert audit.errors_in("table")._repr_html_() == told
    assert audit.draw_families() is not None
    assert len(audit.rules_that_hold()) == 1


def test_what_is_only_suspicious_is_not_said_to_hold(disclosures):
    audit = audit_of(disclosures, finding(rule_id="table_class_sum", severity="suspicious"))
    assert audit.errors_in("table")._repr_html_().startswith("<p>No error: 1 of 3 checks hold")


def test_document_in_which_nothing_could_be_checked(disclosures):
    rows = {**disclosures[OTHER].rows, "checks": [], "findings": []}
    audit = DocumentAudit(replace(disclosures[OTHER], rows=rows))
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
    none = {"findings": files["findings"].head(0), "checks": checks.assign(status="pass")}
    spotless = AuditsCompared(sources, {**files, **none})
    assert set(spotless.per_disclosure()["error 错误"]) == {0}
    assert set(spotless.per_disclosure()["do not hold of those made 不一致占比"]) == {"0.0%"}


def test_kinds_count_failed_of_those_made(files):
    kinds = AuditsCompared(hp.load_sources(), files).kinds().set_index("where 位置")
    assert list(kinds.loc["within a table 表内"])[1::3] == ["—", "—"]  # final accounts
    made = files["checks"][files["checks"]["source_id"] == OTHER]
    within = made[made["rule_id"].str.startswith("table_")]
    failed = (within["status"] == "fail").sum()
    assert kinds.loc["within a table 表内"].iloc[2] == f"{failed} of {len(within)}"


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
