"""Members who pay, are refunded and live through nights, under programs whose tiers can fall."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinics.models import Clinic
from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import QuotedReceipt, quote_receipt
from loyalty.models import NightlyRun, Receipt, Refund, Standing
from loyalty.nightly.tier_recount import recount_tiers
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.tiers.standing import stored_state
from notifications.models import OutboxMessage
from patients.models import Patient
from tests.people import make_clinic, make_rita, make_service
from tests.programs import IN_FORCE_FROM, publish_preset, tiers_with

MOSCOW = ZoneInfo("Europe/Moscow")
YEAR = {"kind": "rolling_months", "months": 12}


def moscow(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=MOSCOW)


def run_tiers(starts_at: datetime = IN_FORCE_FROM, **settings):
    """The dentistry preset (0 / 50 000 / 150 000 / 300 000 roubles) over a rolling year, falling at the end."""
    tiers = tiers_with(**{"turnover": YEAR, "downgrade": "at_end", "tier_grace_days": 30} | settings)
    return publish_preset(has_welcome=False, starts_at=starts_at, tiers=tiers)


def draft_of(patient: Patient, roubles: int) -> ReceiptDraft:
    return ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=roubles * 100, service_id=make_service("hygiene", "hygiene").pk),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )


def quote(patient: Patient, roubles: int, *, at: datetime) -> QuotedReceipt:
    return quote_receipt(draft_of(patient, roubles), at=at)


def pay(patient: Patient, roubles: int, *, at: datetime) -> Receipt:
    rita = make_rita() if not Receipt.objects.exists() else Receipt.objects.exclude(actor=None).first().actor
    return confirm_receipt(quote(patient, roubles, at=at).token, clinic=make_clinic(), actor=rita, at=at).receipt


def refund(receipt: Receipt, *, at: datetime) -> None:
    wish = RefundWish(receipt_id=receipt.pk, key=f"refund {receipt.pk}", reason=Refund.Reason.CANCELLED)
    refund_receipt(wish, actor=receipt.actor, at=at)


def run_night(day: date, *, clinic: Clinic | None = None) -> int:
    """The recount of the clinic's night; how many tiers changed."""
    place = clinic or make_clinic()
    at = datetime.combine(day, time(3, 10), tzinfo=place.tz)
    run, _new = NightlyRun.objects.get_or_create(
        clinic=place, day=day, step=NightlyRun.Step.TIERS, defaults={"started_at": at}
    )
    before = run.accounts
    recount_tiers(clinic=place, run=run, at=at)
    run.refresh_from_db()
    return run.accounts - before


def run_nights(first: date, last: date) -> None:
    for offset in range((last - first).days + 1):
        run_night(first + timedelta(days=offset))


def standing_of(patient: Patient) -> Standing:
    return Standing.objects.get(patient=patient)


def state_of(patient: Patient):
    return stored_state(standing_of(patient))


def notices(event: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(event=event).order_by("id"))
