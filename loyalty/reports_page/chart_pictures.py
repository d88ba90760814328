"""Charts as pictures: SVG of their own address, so that no script and no style stands in the page.

Colours are those of `admin-theme.css`, three to one on white; every series is named besides.
"""

from decimal import Decimal
from typing import Any

import pygal
from django.http import HttpResponse
from pygal.style import Style

from loyalty.reports.columns import Chart, ChartKind, Unit
from loyalty.texts.report_values import short_month_text, value_text

COLOURS = ("#0b6b80", "#c25408", "#6a4c9c", "#3c7a2a", "#a3336b", "#5a6b73")
INK, MUTED, PAPER, HAIRLINE = "#14232b", "#51626b", "#ffffff", "#d8e0e3"
FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
STYLE = Style(
    background=PAPER, plot_background=PAPER, foreground=MUTED, foreground_strong=INK, foreground_subtle=HAIRLINE,
    guide_stroke_color=HAIRLINE, major_guide_stroke_color=HAIRLINE, guide_stroke_dasharray="0",
    major_guide_stroke_dasharray="0", colors=COLOURS, font_family=FONT, label_font_size=15,
    major_label_font_size=15, legend_font_size=16, value_font_size=14, no_data_font_size=18, opacity="1",
    transition="0s",
)  # fmt: skip
KINDS = {
    ChartKind.COLUMNS: pygal.Bar,
    ChartKind.STACKED: pygal.StackedBar,
    ChartKind.BARS: pygal.HorizontalBar,
    ChartKind.LINES: pygal.Line,
}
WIDTH, HEIGHT, ROW_HEIGHT = 960, 360, 34
# Beside one another, and where they stand aslant.
MOST_LABELS, MOST_ASLANT = 8, 12


def picture(chart: Chart) -> HttpResponse:
    answer = HttpResponse(_svg(chart), content_type="image/svg+xml")
    answer["Cache-Control"] = "private, max-age=60"
    # Opened by itself it is a document of ours: it may load and run nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


def _svg(chart: Chart) -> bytes:
    is_lying = chart.kind == ChartKind.BARS
    # Drawn from below: the table's first row stands at the top.
    order = slice(None, None, -1) if is_lying else slice(None)
    labels = [_label(label, chart.label_unit) for label in chart.labels][order]
    has_room = is_lying or chart.label_unit == Unit.MONTH or len(labels) <= MOST_LABELS
    drawing = KINDS[chart.kind](
        style=STYLE, js=(), width=WIDTH, height=max(HEIGHT, ROW_HEIGHT * len(labels) + 80) if is_lying else HEIGHT,
        legend_at_bottom=True, legend_at_bottom_columns=min(3, len(chart.series)), legend_box_size=14,
        show_legend=len(chart.series) > 1, margin=12, spacing=12, truncate_legend=-1, truncate_label=-1,
        print_values=False, dots_size=4, stroke_style={"width": 3}, show_minor_x_labels=False,
        x_label_rotation=0 if has_room else 30,
        value_formatter=lambda value: _axis_text(value, chart.unit), no_data_text="—", include_x_axis=True,
        disable_xml_declaration=True, explicit_size=True, pretty_print=False,
    )  # fmt: skip
    drawing.x_labels = labels
    if not is_lying:
        most = MOST_LABELS if has_room else MOST_ASLANT
        drawing.x_labels_major = labels[:: max(1, -(-len(labels) // most))]
    for series in chart.series:
        drawing.add(series.title, [_plain(value, chart.unit) for value in series.values][order])
    return str(drawing.render()).encode()


def _label(label: Any, unit: Unit) -> str:
    return short_month_text(label) if unit == Unit.MONTH and label is not None else value_text(label, unit)


def _plain(value: int | Decimal | None, unit: Unit) -> Any:
    """What pygal can draw; no sum is ever taken from it."""
    if value is None:
        return None
    return float(value) / 100 if unit == Unit.RATE else float(value)


def _axis_text(value: float | None, unit: Unit) -> str:
    if value is None:
        return ""
    match unit:
        case Unit.RATE:
            return value_text(round(value * 100), unit)
        case Unit.MONEY | Unit.AVERAGE:
            return value_text(Decimal(round(value)), unit)
        case _:
            return value_text(round(value), unit)
