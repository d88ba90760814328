"""Where newcomers come from and what brought revenue: channels, acquisition cost, recommendations."""

from collections.abc import Iterable
from dataclasses import dataclass

from loyalty.figures.inputs import spend_by_source
from loyalty.figures.maths import ratios
from loyalty.figures.maths.overlap import Brought, Revenue, revenue_by_way
from loyalty.figures.newcomers import newcomer_ids
from loyalty.figures.sales import By, read_sales_by
from loyalty.figures.sold import ask, until
from loyalty.reports.scope import Scope
from patients.models import SourceChannel
from patients.models.source_channel import OWN_SOURCES

REFERRALS = "referrals"


def channel_names() -> dict[str, str]:
    """By code, those of the portal itself included."""
    names = dict(SourceChannel.objects.values_list("code", "name"))
    return {code: str(name) for code, name in OWN_SOURCES.items()} | names


def channel_choices(sources: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Channels to choose from: those with a name, and what stands on patients' cards without one."""
    return sorted((dict(sources) | channel_names()).items(), key=lambda one: one[1])


# First purchases within the days, at the clinics asked about, by the channel on their receipts.
_NEW_BUYERS = """
    with SOLD_TABLES, first as (
        select distinct on (patient_id) key as channel, clinic_id, at
          from bought order by patient_id, at, receipt_id
    )
    select first.channel, count(*)
      from first
      join unnest(%(clinics)s::bigint[], %(since)s::timestamptz[]) as day(clinic_id, starts_at)
        on day.clinic_id = first.clinic_id and first.at >= day.starts_at
     group by first.channel"""


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """Of the receipts that keep the channel; money in kopecks."""

    source: str
    buyers: int
    new_buyers: int  # their first purchase is within the days
    receipts: int
    paid: int
    spent: int | None  # on marketing; None: nobody has entered it

    @property
    def acquisition_cost(self) -> int | None:
        return None if self.spent is None else ratios.mean_kopecks(self.spent, self.new_buyers)


def read_channels(scope: Scope) -> list[ChannelFigures]:
    """Channels with receipts or with money spent on them, dearest first. Of one doctor or chosen patients nobody
    knows what was spent on them: newcomers of a part would not cost the money of the whole."""
    sales = {group.key: group for group in read_sales_by(scope, By.CHANNEL)}
    new = read_new_buyers(scope)
    spent = spend_by_source(scope) if scope.is_whole else {}
    rows = [
        ChannelFigures(
            source=source,
            buyers=sales[source].buyers if source in sales else 0,
            new_buyers=new.get(source, 0),
            receipts=sales[source].receipts if source in sales else 0,
            paid=sales[source].paid if source in sales else 0,
            spent=spent.get(source),
        )
        for source in {*sales, *spent}
    ]
    return sorted(rows, key=lambda row: (-row.paid, row.source))


def read_new_buyers(scope: Scope) -> dict[str, int]:
    """Patients whose first purchase ever, at the clinics asked about, is within the days: by channel."""
    _clinics, since, _ends = scope.span_arrays()
    of_newcomers = {"people": newcomer_ids(scope)}
    return dict(ask(_NEW_BUYERS, until(scope), key=By.CHANNEL.value, also=of_newcomers, since=since))


_WAYS = """
    with SOLD_TABLES
    select sold.key,
           exists (select from patients_referral edge where edge.patient_id = sold.patient_id) as invited,
           (100 * sum(sold.paid))::bigint
      from sold group by sold.key, invited"""


def read_revenue_by_way(scope: Scope) -> Revenue:
    """Revenue of patients who came by a channel or by a friend's recommendation; by both, it is the overlap."""
    return revenue_by_way(
        Brought(frozenset({*([source] if source else []), *([REFERRALS] if invited else [])}), kopecks)
        for source, invited, kopecks in ask(_WAYS, scope, key=By.CHANNEL.value)
    )
