"""Reports in the demo: days counted as a night would, and a summary that the owner gets each month."""

from datetime import datetime

from django.contrib.auth.models import User

from loyalty.demo.clinics import DemoPlace
from loyalty.models import ReportMail
from loyalty.reports.mailing import set_up_mail
from loyalty.rollups.counting import count_changed_days

OWNER = "olga"


def send_owner_the_summary(*, place: DemoPlace, at: datetime) -> None:
    """On the first of each month, of the month before. Own transaction."""
    set_up_mail(
        report="summary",
        query="period=last_month",
        every=ReportMail.Every.MONTH,
        day=1,
        recipients=[User.objects.get(username=OWNER)],
        actor=place.manager,
        at=at,
    )


def count_days(*, place: DemoPlace, at: datetime) -> None:
    """Own transactions."""
    for clinic in place.clinics.values():
        count_changed_days(clinic=clinic, at=at)
