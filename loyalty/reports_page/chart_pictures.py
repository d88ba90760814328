"""Charts as pictures: SVG of their own address, so that no script and no style stands in the page.

Colours are those of `admin-theme.css`, three to one on white; every series is named besides.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pygal
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from pygal.style import Style

from loyalty.reports.columns import Chart, ChartKind, Unit
from loyalty.reports.report import Report
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
ROW_HEIGHT = 34
# The last label of a line stands half beyond the drawing.
HALF_LABEL = 48
# Of the axis of values; beside one another there is room for fewer.
MOST_STEPS, MOST_LYING_STEPS = 8, 4


class Size(StrEnum):
    """The room a picture is drawn for: letters keep their size, so there are fewer labels on a phone."""

    WIDE = "wide"
    HALF = "half"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Frame:
    width: int
    height: int
    most_labels: int  # beside one another
    most_aslant: int
    legend_columns: int


FRAMES = {
    Size.WIDE: Frame(width=960, height=360, most_labels=8, most_aslant=12, legend_columns=3),
    Size.HALF: Frame(width=640, height=340, most_labels=5, most_aslant=8, legend_columns=3),
    Size.PHONE: Frame(width=420, height=320, most_labels=3, most_aslant=6, legend_columns=1),
}


def chart_picture(report: Report, number: int, *, query: QueryDict, size: Size) -> dict[str, Any]:
    """What a page shows a chart by; `query` is what the report is asked for."""
    asked = query.copy()
    urls = {}
    for each in (size, Size.PHONE):
        asked["size"] = each
        urls[each] = f"{reverse('admin:report_chart', args=[report.code, number])}?{asked.urlencode()}"
    frame = FRAMES[size]
    return {
        "title": str(report.charts[number].title), "url": urls[size], "phone_url": urls[Size.PHONE],
        "width": frame.width, "height": frame.height,
    }  # fmt: skip


def size_of(text: str) -> Size:
    """An address that says nothing means the whole width."""
    return next((size for size in Size if size == text), Size.WIDE)


def has_numbers(chart: Chart) -> bool:
    """Whether there is anything to draw: axes alone tell nothing."""
    return any(value for series in chart.series for value in series.values)


def picture(chart: Chart, *, size: Size) -> HttpResponse:
    answer = HttpResponse(_svg(chart, FRAMES[size]), content_type="image/svg+xml")
    answer["Cache-Control"] = "private, max-age=60"
    # Opened by itself it is a document of ours: it may load and run nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


def _svg(chart: Chart, frame: Frame) -> bytes:
    is_lying = chart.kind == ChartKind.BARS
    # Drawn from below: the table's first row stands at the top.
    order = slice(None, None, -1) if is_lying else slice(None)
    labels = [_label(label, chart.label_unit) for label in chart.labels][order]
    has_room = is_lying or chart.label_unit == Unit.MONTH or len(labels) <= frame.most_labels
    drawing = KINDS[chart.kind](
        style=STYLE, js=(), width=frame.width,
        height=max(frame.height, ROW_HEIGHT * len(labels) + 80) if is_lying else frame.height,
        margin_right=HALF_LABEL if chart.kind == ChartKind.LINES else None, order_min=0,
        max_scale=MOST_LYING_STEPS if is_lying else MOST_STEPS,
        y_labels_major_every=len(labels) + MOST_STEPS,
        legend_at_bottom=True, legend_at_bottom_columns=min(frame.legend_columns, len(chart.series)),
        legend_box_size=14,
        show_legend=len(chart.series) > 1, margin=12, spacing=12, truncate_legend=-1, truncate_label=-1,
        print_values=False, dots_size=4, stroke_style={"width": 3}, show_minor_x_labels=is_lying,
        x_label_rotation=0 if has_room else 30,
        value_formatter=lambda value: _axis_text(value, chart.unit), no_data_text="—", include_x_axis=True,
        disable_xml_declaration=True, explicit_size=True, pretty_print=False,
    )  # fmt: skip
    drawing.x_labels = labels
    if not is_lying:
        most = frame.most_labels if has_room else frame.most_aslant
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
