"""The figures: Chinese shows, bars start at zero, missing looks missing, nothing is fetched."""

import base64
import re
import warnings
from decimal import Decimal

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from helpers import charts, measures
from helpers.charts.style import FONT, SERIES, text_colour
from helpers.line_breaks import text_columns

HERE = "乌鲁木齐市住房保障和房产管理局\n2024 budget 年初预算"
THERE = "昌吉回族自治州住房和城乡建设局\n2024 final 决算"
LONG = "PPP项目可行性缺口补助——城市棚户区改造及配套基础设施建设（二期）政府付费项目资金㛃䶮𬭩𨱏$x$"


@pytest.fixture(autouse=True)
def missing_glyphs_are_errors():
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*[Gg]lyph.*")
        warnings.filterwarnings("error", message=".*findfont.*")
        yield


def parts():
    return pd.DataFrame(
        {
            "label": [HERE, HERE, THERE, THERE],
            "part": ["personnel", "public"] * 2,
            "share": [0.9, 0.1, np.nan, np.nan],
            "amount_yuan": [Decimal("40558700"), Decimal("4220900"), None, None],
        }
    )


def items():
    facts = [
        (source, code, name, Decimal(amount))
        for source, amounts in ((HERE, (50, 30, 15, 5)), (THERE, (10, 60, 10, 20)))
        for (code, name), amount in zip(
            [
                ("30208", "取暖费"),
                ("30201", "办公费"),
                ("30217", "公务接待费"),
                ("30299", "其他商品和服务支出"),
            ],
            amounts,
            strict=True,
        )
    ]
    frame = pd.DataFrame(facts, columns=["source_id", "economic_code", "label", "amount_yuan"])
    return measures.item_shares(
        frame.assign(
            table_id="general_public_basic_expenditure",
            fiscal_year=2024,
            phase="initial_budget",
            column_role="part",
            cost_type="public",
            origin="L1",
        )
    )


def projects(n=20):
    names = [LONG, *(f"第{i}号项目" for i in range(1, n))]
    return pd.DataFrame(
        {
            "source_id": "a",
            "project_name": names,
            "budget_unit": "本级",
            "initial_budget_yuan": [Decimal(10_000_000) // (i + 1) for i in range(n)],
            "is_withheld": [i == 2 for i in range(n)],
        }
    )


def dumbbell_frame():
    return pd.DataFrame(
        {
            "label": ["基本支出", "人员经费", "“三公”经费", "培训费"],
            "first": [Decimal("13500000"), Decimal("12137600"), None, None],
            "last": [Decimal("13624900"), Decimal("12137600"), Decimal("88600"), None],
        }
    )


def stacked_shares(**more):
    return charts.stacked_shares(parts(), title="九成用于人员", amount="amount_yuan", **more)


def amount_bars(**more):
    return charts.amount_bars(parts(), title="人均", quantity="元每人", group="part", **more)


def share_bars(**more):
    frame = parts().assign(who=["甲", "乙", "甲", "乙"])
    return charts.share_bars(frame, title="占比", quantity="share 占比", group="who", **more)


def item_stack(**more):
    gathered = measures.gather_tail(items(), 2, within=["source_id"])
    gathered["label"] = gathered["source_id"]
    return charts.item_stack(gathered, title="取暖最多", denominator="公用经费", **more)


def deviation_dots(**more):
    return charts.deviation_dots(items().assign(label=lambda f: f["source_id"]), title="差", **more)


def ranked_cumulative(**more):
    ranked = measures.ranked_projects(projects())
    return charts.ranked_cumulative(ranked, title="一个项目", n=12, **more)


def lorenz(**more):
    curves = [
        measures.lorenz_curve(amounts).assign(label=label)
        for label, amounts in ((HERE, [1, 2, 30]), (THERE, [5]))
    ]
    return charts.lorenz(pd.concat(curves), title="集中", **more)


def dumbbell(**more):
    return charts.dumbbell(
        dumbbell_frame(),
        title="预算与决算",
        start="first",
        end="last",
        quantity="金额",
        start_name="2023 年初预算",
        end_name="2024 决算",
        **more,
    )


ALL = [
    stacked_shares,
    amount_bars,
    share_bars,
    item_stack,
    deviation_dots,
    ranked_cumulative,
    lorenz,
    dumbbell,
]
BARS = [stacked_shares, amount_bars, share_bars, item_stack, ranked_cumulative]


def texts(fig):
    return [text.get_text() for text in fig.findobj(mpl.text.Text)]


def bars(ax):
    """The drawn bars: Axes.patch, the background, is not among the patches of an Axes."""
    return [patch for patch in ax.patches if isinstance(patch, mpl.patches.Rectangle)]


@pytest.mark.parametrize("draw", ALL)
def test_every_chart_renders_chinese_with_title_unit_and_footnote(draw):
    fig = draw(footnote="脚注：一处发现 ≥ 1.20 万元")
    page = charts.figure_html(fig, "表6 Table 6", "Two disclosures")
    assert page.startswith('<figure class="chart"><img src="data:image/')
    assert "脚注：一处发现 ≥ 1.20 万元" in texts(fig)
    assert all(ax.get_xlabel() for ax in fig.axes)


@pytest.mark.parametrize("draw", ALL)
def test_text_stays_inside_the_picture_and_clear_of_the_title(draw):
    fig = draw(footnote="脚注" * 120)
    fig.draw_without_rendering()
    renderer, page = fig._get_renderer(), fig.bbox
    boxes = [text.get_window_extent(renderer) for text in fig.texts]
    boxes += [part.get_window_extent(renderer) for part in fig.legends]
    boxes += [text.get_window_extent(renderer) for ax in fig.axes for text in ax.texts]
    boxes += [ax.get_tightbbox(renderer) for ax in fig.axes]
    for box in boxes:
        assert box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1
        assert box.y0 >= page.y0 - 1 and box.y1 <= page.y1 + 1
    title, note = fig.texts[0].get_window_extent(renderer), fig.texts[1].get_window_extent(renderer)
    for ax in fig.axes:
        assert ax.get_tightbbox(renderer).y1 <= title.y0
        assert ax.get_tightbbox(renderer).y0 >= note.y1
    for legend in fig.legends:
        assert legend.get_window_extent(renderer).y1 <= title.y0 + 1


@pytest.mark.parametrize("draw", BARS)
def test_bars_start_at_zero(draw):
    fig = draw()
    ax = fig.axes[0]
    assert ax.get_xlim()[0] == 0
    rows = {}
    for bar in bars(ax):
        rows.setdefault(round(bar.get_y() + bar.get_height() / 2, 6), []).append(bar.get_x())
    assert rows and all(min(starts) == 0 for starts in rows.values())


def test_shares_and_amounts_are_written_on_the_bars():
    assert {"90.0%   4,055.87 万元", "10.0%"} <= set(texts(stacked_shares()))
    assert {"4,055.87 万元", "422.09 万元"} <= set(texts(amount_bars()))


@pytest.mark.parametrize("draw", [stacked_shares, amount_bars, share_bars, dumbbell])
def test_missing_is_hatched_and_said(draw):
    fig = draw()
    assert any(bar.get_hatch() for bar in bars(fig.axes[0]))
    assert "not found 未见" in texts(fig)


def test_zero_is_not_missing():
    frame = pd.DataFrame({"label": ["甲"], "amount_yuan": [Decimal("0.00")]})
    fig = charts.amount_bars(frame, title="零", quantity="金额")
    assert "0.00 万元" in texts(fig)
    assert not any(bar.get_hatch() for bar in bars(fig.axes[0]))


def test_an_amount_below_zero_has_no_bar_from_zero():
    frame = pd.DataFrame({"label": ["甲"], "amount_yuan": [Decimal(-5)]})
    with pytest.raises(ValueError, match="cannot show amount_yuan = -5"):
        charts.amount_bars(frame, title="负", quantity="金额")


def test_the_tail_is_grey_and_last():
    fig = item_stack()
    grey = to_rgb(charts.COLOURS["tail"])
    last = [bar for bar in bars(fig.axes[0]) if to_rgb(bar.get_facecolor()) == grey]
    assert len(last) == 2
    assert all(bar.get_x() + bar.get_width() == pytest.approx(1) for bar in last)


def test_more_items_than_colours_are_refused():
    frame = pd.DataFrame(
        {"label": "甲", "item": [f"{i} 费" for i in range(9)], "share": 1 / 9, "is_tail": False}
    )
    with pytest.raises(ValueError, match="gather the tail"):
        charts.item_stack(frame, title="多", denominator="公用经费")


def test_more_disclosures_than_colours_share_a_grey():
    names = [f"第{i}局" for i in range(12)]
    frame = pd.DataFrame({"label": names, "item": "30208 取暖费", "deviation": 0.01})
    fig = charts.deviation_dots(frame, title="多")
    assert [line.get_color() for line in fig.axes[0].lines[-4:]] == [charts.COLOURS["tail"]] * 4
    entries = [text.get_text() for text in fig.legends[0].get_texts()]
    assert entries == [*names[:8], "other disclosures"]


def test_ranked_projects_end_at_the_whole_and_count_the_gathered():
    fig = ranked_cumulative()
    ax, line = fig.axes
    assert "8 smaller projects together" in texts(fig)
    cumulative = line.lines[0].get_xdata()
    # The first of 1/1 … 1/20: 10,000,000 of the sum of the amounts as cut to whole yuan.
    total = sum(10_000_000 // i for i in range(1, 21))
    assert cumulative[0] == pytest.approx(10_000_000 / total)
    assert cumulative[-1] == 1
    withheld = to_rgb(charts.COLOURS["withheld"])
    assert [to_rgb(bar.get_facecolor()) == withheld for bar in bars(ax)].index(True) == 2


def test_nothing_to_rank_is_refused():
    with pytest.raises(ValueError, match="no project with an amount"):
        charts.ranked_cumulative(measures.ranked_projects(projects()).iloc[:0], title="无")


def test_two_states_are_written_side_by_side():
    found = set(texts(dumbbell()))
    assert "1,350.00 万元 → 1,362.49 万元" in found
    assert "not found → 8.86 万元" in found


@pytest.mark.parametrize("draw", ALL)
def test_a_figure_needs_its_caption_and_alternative_text(draw):
    fig = draw()
    for caption, alt, what in (("表6", "  ", "alternative text"), ("", "两份文件", "caption")):
        with pytest.raises(ValueError, match=what):
            charts.show(fig, caption, alt)


def test_a_figure_needs_its_finding():
    with pytest.raises(ValueError, match="title"):
        charts.stacked_shares(parts(), title=" ")


def test_the_picture_is_self_contained_escaped_and_the_same_twice():
    page, again = (charts.figure_html(stacked_shares(), "a <b> & c", 'says "no"') for _ in range(2))
    assert page == again
    assert "<figcaption>a &lt;b&gt; &amp; c</figcaption>" in page
    assert 'alt="says &quot;no&quot;"' in page
    kind, data = re.search(r'src="data:(image/[^;]+);base64,([^"]+)"', page).groups()
    picture = base64.b64decode(data)
    assert kind == ("image/svg+xml" if picture.startswith(b"<?xml") else "image/png")
    # An <image>, <link> or font reference would ask a host; name spaces only look like addresses.
    assert not re.search(rb'(?:href|src)="(?!#)', picture)
    assert b"font-family" not in picture


def test_show_displays_html(monkeypatch):
    shown = []
    monkeypatch.setattr("helpers.charts.page.display", shown.append)
    charts.show(stacked_shares(), "表6", "两份文件")
    assert shown[0].data.startswith('<figure class="chart">')


def test_the_style_is_set_twice_without_a_change():
    charts.use_style()
    before = dict(mpl.rcParams)
    n_fonts = len(mpl.font_manager.fontManager.ttflist)
    charts.use_style()
    assert dict(mpl.rcParams) == before
    assert len(mpl.font_manager.fontManager.ttflist) == n_fonts
    assert mpl.rcParams["font.family"][0] == FONT
    assert mpl.rcParams["axes.unicode_minus"] is False


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        (Decimal("40558700.00"), "4,055.87 万元"),
        (Decimal("99999999.99"), "10,000.00 万元"),
        (Decimal("100000000"), "1.00 亿元"),
        (Decimal("-5000000000"), "-50.00 亿元"),
        (Decimal("1250.50"), "0.13 万元"),
        (Decimal("1250"), "0.13 万元"),
        (Decimal("12.345"), "12.35 元"),
        (Decimal(0), "0.00 万元"),
        (166224.18, "16.62 万元"),
        (None, "not found"),
        (float("nan"), "not found"),
    ],
)
def test_amounts_are_written_in_the_unit_that_suits_them(yuan, text):
    assert charts.format_amount(yuan) == text


def test_wrapping_keeps_words_and_punctuation():
    assert charts.wrap("老旧小区改造资金（二期）。PPP programme", 16) == (
        "老旧小区改造资金\n（二期）。PPP\nprogramme"
    )
    # A full stop may not begin a line: the character before it comes along.
    assert charts.wrap("一二三四。", 8) == "一二三\n四。"
    assert charts.wrap("一二三四五六七八九", 6, max_lines=2) == "一二三\n四五…"


mixed = st.text(st.sampled_from("经费项目（），。ab1 .“”"), max_size=60)


@given(mixed, st.integers(12, 40))
def test_wrapping_loses_nothing_and_keeps_the_width(text, width):
    wrapped = charts.wrap(text, width)
    assert "".join(wrapped.split()) == "".join(text.split())
    for line in wrapped.split("\n"):
        # Only what may not be parted stays longer than a line.
        assert text_columns(line) <= width or not re.search(r"[经费项目ab1 ].*[经费项目]", line)


# --- colours ------------------------------------------------------------------------------------

# Linear RGB as seen without the cones for red or green: Viénot, Brettel and Mollon (1999). Digital
# video colourmaps for checking the legibility of displays by dichromats. Color Research and
# Application 24(4), 243-252.
SEEN = {
    "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "normal": np.eye(3).tolist(),
}


def lab(colour, seen):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(seen) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ linear / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize(
    "colours",
    [
        [charts.COLOURS[name] for name in ("personnel", "public", "project", "withheld", "tail")],
        [charts.COLOURS[name] for name in ("project", "withheld", "tail")],
        [charts.COLOURS[name] for name in ("fiscal", "other", "tail")],
        [charts.COLOURS[name] for name in ("initial_budget", "adjusted_budget", "final")],
        [charts.COLOURS[name] for name in ("held", "failed", "not_checkable")],
        [*SERIES, charts.COLOURS["tail"]],
    ],
    ids=["costs", "projects", "sources", "phases", "checks", "series"],
)
def test_colours_of_one_figure_can_be_told_apart(colours, eye):
    seen = [lab(colour, SEEN[eye]) for colour in colours]
    pairs = [(a, b) for i, a in enumerate(seen) for b in seen[:i]]
    # 2.3 is a just noticeable difference (CIE 1976); neighbouring areas need several.
    assert min(np.linalg.norm(a - b) for a, b in pairs) > 15


def test_lettering_on_every_colour_can_be_read():
    assert text_colour("#000000") == "white"
    assert text_colour("#FFFFFF") == "#22272E"


# --- counts and sizes of findings ---------------------------------------------------------------


def test_count_bars_show_what_has_none():
    frame = pd.DataFrame({"label": [HERE, HERE], "kind": ["table", "sentences"], "count": [22, 10]})
    fig = charts.count_bars(frame, [HERE, THERE], title="甲", quantity="causes")
    ax = fig.axes[0]
    assert [bar.get_width() for bar in ax.patches] == [22, 10]
    assert [bar.get_x() for bar in ax.patches] == [0, 22]
    texts = {text.get_text() for text in ax.texts}
    assert texts == {"32", "22", "10", "none found"}
    assert ax.get_xlim()[0] == 0
    assert ax.get_xlabel() == "causes"


def test_count_bars_without_any_count():
    none = pd.DataFrame(columns=["label", "kind", "count"])
    fig = charts.count_bars(none, [HERE], title="甲", quantity="causes")
    assert [text.get_text() for text in fig.axes[0].texts] == ["none found"]


def test_gap_dots_on_a_logarithmic_axis():
    frame = pd.DataFrame(
        {
            "label": [HERE, HERE, HERE],
            "kind": ["table", "sentences", "table"],
            "relative_gap": [1.0, 0.05, 0.0000001],
        }
    )
    fig = charts.gap_dots(frame, [HERE, THERE], title="甲", quantity="share")
    ax = fig.axes[0]
    assert [line.get_xdata()[0] for line in ax.lines] == [0.0001, 0.05, 1.0]
    assert [text.get_text() for text in ax.texts] == ["none found"]
    assert ax.get_xscale() == "log"
    assert charts.COLOURS["table"] == ax.lines[2].get_color()


def test_a_figure_may_have_a_note_below_its_caption():
    frame = pd.DataFrame({"label": [HERE], "kind": ["table"], "count": [1]})
    fig = charts.count_bars(frame, [HERE], title="甲", quantity="causes")
    assert "<figcaption>a &lt; b<br>† <i>c</i></figcaption>" in charts.figure_html(
        fig, "a < b", "alt", "† <i>c</i>"
    )
    assert "<br>" not in charts.figure_html(fig, "a", "alt")
