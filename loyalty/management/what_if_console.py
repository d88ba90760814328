"""`manage.py program whatif`: the comparison on a terminal, with a bar while it is counted."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from tqdm import tqdm

from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.texts.what_if_tables import Measure, measures_of, tier_measures_of, winners_columns, winners_of
from loyalty.texts.what_if_words import assumptions, cost_text, promised_text, touched_texts, version_name
from loyalty.what_if.counting import count_what_if, past_months
from loyalty.what_if.result import WhatIf


def count_with_bar(version: ProgramVersion, *, compared: ProgramVersion, months: int, at: datetime) -> WhatIf:
    """A bar on a terminal; in a pipe it draws nothing. Raises PartFailed."""
    # Its unit is the receipt, counted once for each time that the past is lived.
    with tqdm(
        unit=pgettext("counted", "receipts"), file=sys.stderr, disable=not sys.stderr.isatty(), leave=False
    ) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)
            if done == total:
                # The bar skips what follows a drawing too closely: the end is always seen.
                bar.refresh()

        return count_what_if(
            current=compared.document, draft=version.document, period=past_months(months, at=at), report=report
        )


def lines_of(result: WhatIf, *, version: ProgramVersion, compared: ProgramVersion, months: int) -> Iterator[str]:
    if not result.comparison.visitors:
        yield _("There are no receipts of these months, so there is nothing to count. Choose more months.")
        return
    # Never saved: sentences speak of a run.
    run = WhatIfRun(version=version, compared=compared, months=months)
    yield f"{cost_text(run, result)} {promised_text(result)}"
    yield from touched_texts(result)
    head = ("", version_name(compared), version_name(version), _("Difference"))
    yield from _aligned([head, *_rows(measures_of(result))])
    for tier in tier_measures_of(result):
        yield ""
        yield from _aligned([(tier.title, *head[1:]), *_rows(tier.measures)])
    yield ""
    winners = [(tier.title, *(cell.text for cell in tier.cells)) for tier in winners_of(result)]
    yield from _aligned([(_("Tier"), *winners_columns()), *winners])
    yield ""
    yield from assumptions(result)


def _rows(measures: Sequence[Measure]) -> list[tuple[str, ...]]:
    return [(measure.title, *(cell.text for cell in measure.cells)) for measure in measures]


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The first column to the left, numbers to the right."""
    widths = [max(len(text) for text in column) for column in zip(*rows, strict=True)]
    for title, *texts in rows:
        numbers = (text.rjust(width) for text, width in zip(texts, widths[1:], strict=True))
        yield "  ".join([title.ljust(widths[0]), *numbers])
