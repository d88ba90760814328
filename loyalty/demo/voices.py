"""What the shown patients have said and what the reception has to call about. Written by the portal's own acts."""

from datetime import datetime, timedelta

from clinics.calendar import local_date
from loyalty.calls.requests import PartOfDay, VisitWish, add_task, ask_for_visit, write_to_clinic
from loyalty.calls.working import Outcome, Said, record_outcome
from loyalty.demo.clinics import MOSCOW, DemoPlace
from loyalty.demo.names import phone_of
from loyalty.demo.showcase import ANNA, BORIS, GALINA, VERA
from patients.models import Patient


def fill_call_list(*, place: DemoPlace, at: datetime) -> None:
    """Open tasks of every kind that people make, one of them tried already. Call inside a transaction, once."""
    clinic, rita = place.clinics[MOSCOW], place.receptionists[MOSCOW]
    today = local_date(at, clinic.tz)
    shown = {number: Patient.objects.get(phone=phone_of(number)) for number in (ANNA, BORIS, VERA, GALINA)}
    wish = VisitWish(clinic, today + timedelta(days=3), PartOfDay.EVENING, "К доктору Петрову, если можно")
    ask_for_visit(wish, patient=shown[ANNA], at=at)
    write_to_clinic("Не вижу баллов за вступление сестры.", patient=shown[GALINA], at=at)
    add_task(
        patient=shown[VERA],
        clinic=clinic,
        words="Сгорают все баллы: предложить визит на этой неделе",
        due_date=today,
        actor=place.manager,
        at=at,
    )
    asked = add_task(
        patient=shown[BORIS],
        clinic=clinic,
        words="Узнать, как себя чувствует после лечения",
        due_date=today,
        actor=place.manager,
        at=at - timedelta(days=2),
    )
    no_answer = Said(Outcome.NO_ANSWER, "Сбросил, перезвонить")
    record_outcome(no_answer, task_id=asked.pk, clinic_ids=[clinic.pk], actor=rita, at=at - timedelta(days=2))
