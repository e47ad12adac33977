"""Charts as SVG."""

from xml.etree import ElementTree as ET

import pytest

from floorpulse.reports.domain.charts import Bars, Chart, Curve, scale_top, svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(svg(chart))  # noqa: S314  we drew it ourselves


def a_chart(curve: Curve | None = None, *, curve_on_bars: bool = False) -> Chart:
    return Chart(
        "Volume & level",
        "Bars <and> a line",
        ("Mon", "Tue", "Wed"),
        (Bars("answered", (30, None, 10)), Bars("abandoned", (10, 0, 30))),
        curve,
        curve_on_bars=curve_on_bars,
    )


def rects(root: ET.Element, color: str) -> list[ET.Element]:
    return [one for one in root.iter(f"{SVG}rect") if one.get("fill") == color][1:]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (4, 4), (5, 8), (9, 10), (17, 20), (61, 80), (1001, 2000), (90, 100)]
)
def test_the_scale_ends_at_a_round_number(most: float, top: float) -> None:
    assert scale_top(most) == top


def test_a_chart_says_what_it_shows() -> None:
    root = drawn(a_chart())

    assert root.get("role") == "img"
    assert [root[0].text, root[1].text] == ["Volume & level", "Bars <and> a line"]


def test_bars_are_stacked_by_their_numbers() -> None:
    root = drawn(a_chart())
    first, second = rects(root, "#2f6f9f"), rects(root, "#d98a3d")

    heights = [float(one.get("height") or 0) for one in (*first, *second)]
    assert len(first) == 2
    assert heights == [
        pytest.approx(139.5),
        pytest.approx(46.5),
        pytest.approx(46.5),
        pytest.approx(139.5),
    ]
    assert float(second[0].get("y") or 0) == pytest.approx(34.0)


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    root = drawn(a_chart(Curve("level", (80, None, 100), 100, "%", goal=80, goal_name="promised")))
    lines = [one.get("points") for one in root.iter(f"{SVG}polyline")]
    texts = [one.text for one in root.iter(f"{SVG}text")]

    assert len(lines) == 2
    assert "100%" in texts
    assert "promised" in texts


def test_a_gap_at_the_begin_or_at_the_end_makes_no_empty_line() -> None:
    root = drawn(a_chart(Curve("level", (None, 50, None), 100)))

    assert len([*root.iter(f"{SVG}polyline")]) == 1


def test_a_line_may_be_measured_by_the_scale_of_the_bars() -> None:
    curve = Curve("forecast", (80, 20, None), 1.0)
    root = drawn(a_chart(curve, curve_on_bars=True))
    (line,) = root.iter(f"{SVG}polyline")

    assert (line.get("points") or "").split()[0].split(",")[1] == "34.0"
    assert not any((one.text or "").endswith("%") for one in root.iter(f"{SVG}text"))


def test_many_labels_are_thinned_out() -> None:
    labels = tuple(f"{day:02}" for day in range(31))
    root = drawn(Chart("t", "d", labels, (Bars("offered", [1] * 31),)))
    shown = [one.text for one in root.iter(f"{SVG}text") if one.get("text-anchor") == "middle"]

    assert shown == list(labels[::2])


def test_a_chart_of_nothing_is_an_empty_grid() -> None:
    root = drawn(Chart("t", "d", (), ()))

    assert len([*root.iter(f"{SVG}line")]) == 5


def test_nothing_in_a_chart_is_a_style_or_a_script() -> None:
    told = svg(a_chart(Curve("level", (80, None, 100), 100, "%", goal=80)))

    assert "style" not in told
    assert "<script" not in told
