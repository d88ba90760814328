"""Moves rows from one card to another and back. What moved is told in ids, so that exactly that comes back.

Nothing here opens a transaction: the caller has locked both cards.
"""

from typing import Any

from django.db import connection

from loyalty.models import CallTask, ManualTier, PrivilegeCode, Receipt, Review, ThresholdGift
from patients.models import Household, Patient, PatientSourceKey, SocialGroupRecord, SurveyAnswer

Moved = dict[str, Any]
# Of a conflict the card that stays is right; what it lacks it gets. A name goes whole.
FILLED = ("first_name", "middle_name", "phone", "email", "birth_date", "sex", "household_id", "source", "note")
# The duplicate's own counts stay as they are: an undo takes them off again.
ADD_LIMITS = """
    insert into loyalty_limituse (rule_code, kind, patient_id, clinic_id, period_start, used, amount)
    select rule_code, kind, %(survivor)s, clinic_id, period_start, used, amount
      from loyalty_limituse where patient_id = %(duplicate)s
    on conflict on constraint limit_use_place do update set used = loyalty_limituse.used + excluded.used"""
TAKE_LIMITS = """
    update loyalty_limituse kept set used = greatest(0, kept.used - added.used)
      from loyalty_limituse added
     where added.patient_id = %(duplicate)s and kept.patient_id = %(survivor)s
       and kept.rule_code = added.rule_code and kept.kind = added.kind
       and kept.period_start = added.period_start"""


def move_rows(*, duplicate: Patient, survivor: Patient) -> Moved:
    """Receipts, keys of other systems, social groups and tags that the survivor lacks, cards merged before."""
    groups = SocialGroupRecord.objects.filter(patient=survivor).values("group")
    tags = set(duplicate.tags.values_list("pk", flat=True)) - set(survivor.tags.values_list("pk", flat=True))
    survivor.tags.add(*tags)
    _count_limits(ADD_LIMITS, duplicate=duplicate, survivor=survivor)
    has_own_tier = ManualTier.objects.filter(patient=survivor, ended_at=None).exists()
    tiers = ManualTier.objects.filter(patient=duplicate)
    return {
        # First: a person who paid for their own second card is nobody else's payer any more.
        "paid_themselves": _forget_payers(duplicate, survivor),
        "receipts": _move(Receipt.objects.filter(patient=duplicate), to=survivor),
        "treated": _move(Receipt.objects.filter(treated=duplicate), to=survivor, field="treated"),
        "privilege_codes": _move(PrivilegeCode.objects.filter(patient=duplicate), to=survivor),
        "source_keys": _move(PatientSourceKey.objects.filter(patient=duplicate), to=survivor),
        "groups": _move(
            SocialGroupRecord.objects.filter(patient=duplicate).exclude(group__in=groups), to=survivor
        ),
        # Else receipts that came along would bring a gift once more. Of one night the survivor's own row tells.
        "threshold_gifts": _move(
            ThresholdGift.objects.filter(patient=duplicate).exclude(
                reached_at__in=ThresholdGift.objects.filter(patient=survivor).values("reached_at")
            ),
            to=survivor,
        ),
        "call_tasks": _move_tasks(duplicate, survivor),
        "survey_answers": _move(_answers_to_move(duplicate, survivor), to=survivor),
        "reviews": _move(_reviews_to_move(duplicate, survivor), to=survivor),
        "manual_tiers": _move(tiers.exclude(ended_at=None) if has_own_tier else tiers, to=survivor),
        "tags": sorted(tags),
        "duplicates": _move(Patient.objects.filter(merged_into=duplicate), to=survivor, field="merged_into"),
        "contact_of": _move(Household.objects.filter(contact=duplicate), to=survivor, field="contact"),
    }


def move_rows_back(moved: Moved, *, duplicate: Patient, survivor: Patient) -> None:
    Receipt.objects.filter(pk__in=moved["receipts"]).update(patient=duplicate)
    PatientSourceKey.objects.filter(pk__in=moved["source_keys"]).update(patient=duplicate)
    SocialGroupRecord.objects.filter(pk__in=moved["groups"], patient=survivor).update(patient=duplicate)
    # Merges of before do not name these.
    Receipt.objects.filter(pk__in=moved.get("treated", ())).update(treated=duplicate)
    paid_themselves = Receipt.objects.filter(pk__in=moved.get("paid_themselves", ()))
    paid_themselves.filter(patient=duplicate).update(treated=survivor)
    paid_themselves.filter(patient=survivor).update(treated=duplicate)
    PrivilegeCode.objects.filter(pk__in=moved.get("privilege_codes", ())).update(patient=duplicate)
    ThresholdGift.objects.filter(pk__in=moved.get("threshold_gifts", ())).update(patient=duplicate)
    CallTask.objects.filter(pk__in=moved.get("call_tasks", ())).update(patient=duplicate)
    SurveyAnswer.objects.filter(pk__in=moved.get("survey_answers", ())).update(patient=duplicate)
    Review.objects.filter(pk__in=moved.get("reviews", ())).update(patient=duplicate)
    ManualTier.objects.filter(pk__in=moved["manual_tiers"]).update(patient=duplicate)
    Patient.objects.filter(pk__in=moved["duplicates"], merged_into=survivor).update(merged_into=duplicate)
    Household.objects.filter(pk__in=moved["contact_of"], contact=survivor).update(contact=duplicate)
    survivor.tags.remove(*moved["tags"])
    _count_limits(TAKE_LIMITS, duplicate=duplicate, survivor=survivor)


def fill_in(*, duplicate: Patient, survivor: Patient) -> list[str]:
    """Give the survivor what it lacks and save it; the names of the fields. The duplicate is merged already."""
    filled = [name for name in FILLED if not getattr(survivor, name) and getattr(duplicate, name)]
    if survivor.first_name and "middle_name" in filled:
        same = (survivor.last_name, survivor.first_name) == (duplicate.last_name, duplicate.first_name)
        filled = filled if same else [name for name in filled if name != "middle_name"]
    for name in filled:
        setattr(survivor, name, getattr(duplicate, name))
    survivor.save(update_fields=filled)
    return filled


def empty_again(filled: list[str], *, duplicate: Patient, survivor: Patient) -> None:
    """What has been changed since stays."""
    empty = {"phone": None, "birth_date": None, "household_id": None}
    names = [name for name in filled if getattr(survivor, name) == getattr(duplicate, name)]
    for name in names:
        setattr(survivor, name, empty.get(name, ""))
    survivor.save(update_fields=names)


def _move(rows: Any, *, to: Patient, field: str = "patient") -> list[int]:
    ids = sorted(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=ids).update(**{field: to})
    return ids


def _forget_payers(duplicate: Patient, survivor: Patient) -> list[int]:
    both = (duplicate, survivor)
    ids = sorted(Receipt.objects.filter(patient__in=both, treated__in=both).values_list("pk", flat=True))
    Receipt.objects.filter(pk__in=ids).update(treated=None)
    return ids


def _move_tasks(duplicate: Patient, survivor: Patient) -> list[int]:
    """Of two open wishes to come the survivor's own is enough."""
    tasks = CallTask.objects.filter(patient=duplicate)
    wishes = CallTask.objects.filter(kind=CallTask.Kind.BOOKING, done_at=None)
    if wishes.filter(patient=survivor).exists():
        tasks = tasks.exclude(pk__in=wishes.filter(patient=duplicate).values("pk"))
    return _move(tasks, to=survivor)


def _reviews_to_move(duplicate: Patient, survivor: Patient) -> Any:
    """All, so that a period counts both cards; of two that wait for one place the survivor's own is enough."""
    waiting = Review.objects.filter(status=Review.Status.WAITING)
    twice = waiting.filter(patient=duplicate, platform__in=waiting.filter(patient=survivor).values("platform"))
    return Review.objects.filter(patient=duplicate).exclude(pk__in=twice.values("pk"))


def _answers_to_move(duplicate: Patient, survivor: Patient) -> Any:
    known = SurveyAnswer.objects.filter(patient=survivor).values("question")
    return SurveyAnswer.objects.filter(patient=duplicate).exclude(question__in=known)


def _count_limits(statement: str, *, duplicate: Patient, survivor: Patient) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"duplicate": duplicate.pk, "survivor": survivor.pk})
