"""How long points live, of the program and of a single rule."""

from django.utils.translation import gettext_lazy as _

from loyalty.program_page.blocks import KindBlock
from loyalty.program_page.fields import FlagField, WholeField

LIVES = {
    "rolling_months": _("so many months since the last payment"),
    "months": _("so many months since they were given"),
    "days": _("so many days since they were given"),
    "end_of_month": _("to the end of the month"),
    "end_of_quarter": _("to the end of the quarter"),
    "end_of_year": _("to the end of the year"),
    "none": _("they never burn"),
}


class LifeBlock(KindBlock):
    heading = _("How long points live")
    lead = _("A change takes nothing from points that have been given before.")
    kinds = LIVES
    first_kind = "rolling_months"

    rolling = WholeField(label=_("Months"), place=("months",), kind="rolling_months", unit=_("months"))
    months = WholeField(label=_("Months"), place=("months",), kind="months", unit=_("months"))
    days = WholeField(label=_("Days"), place=("days",), kind="days", unit=_("days"))
    counts_day_of_issue = FlagField(label=_("The day on which they are given is the first of them"), kind="days")


class OwnLifeBlock(LifeBlock):
    """Of what a rule gives; most rules have none."""

    lead = _("Points with a life of their own are shown apart and are spent first.")
    kinds = {"": _("as all points of the program"), **LIVES}
    first_kind = ""
