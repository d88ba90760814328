"""What the shown patients have said and what the reception has to call about. Written by the portal's own acts."""

from datetime import datetime, timedelta

from clinics.calendar import local_date
from loyalty.calls.requests import PartOfDay, VisitWish, add_task, ask_for_visit, write_to_clinic
from loyalty.calls.working import Outcome, Said, record_outcome
from loyalty.demo.clinics import MOSCOW, DemoPlace
from loyalty.demo.names import phone_of
from loyalty.demo.showcase import ANNA, BORIS, GALINA, VERA
from loyalty.models import ReviewPlatform
from loyalty.program.review_platforms import OWN_FORM
from loyalty.reviews.leaving import NewReview, leave_review
from patients.models import Patient, SurveyChoice, SurveyQuestion
from patients.surveys import Reply, answer_survey

QUESTIONS = (
    (
        "Что для вас сейчас важно?",
        "What matters to you now?",
        SurveyQuestion.Kind.MULTI,
        (("Профилактика", "Prevention"), ("Белые зубы", "White teeth"), ("Ровные зубы", "Straight teeth")),
    ),
    (
        "Волнуетесь перед приёмом?",
        "Are you nervous before a visit?",
        SurveyQuestion.Kind.SINGLE,
        (("Нет", "No"), ("Немного", "A little"), ("Очень", "Very much")),
    ),
    ("Что ещё нам стоит знать?", "What else should we know?", SurveyQuestion.Kind.FREE, ()),
)


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


def collect_voices(*, at: datetime) -> None:
    """Reviews to look at, a survey and one patient's answers. Call inside a transaction, once."""
    shown = {number: Patient.objects.get(phone=phone_of(number)) for number in (ANNA, BORIS, VERA)}
    own_form = ReviewPlatform.objects.get(code=OWN_FORM)
    for number, stars, text in (
        (ANNA, 5, "Спасибо доктору, всё объяснил и не торопил."),
        (VERA, 3, "Лечением довольна, но ждала сорок минут."),
    ):
        leave_review(NewReview(own_form.pk, stars=stars, text=text), patient=shown[number], at=at)
    first, second, _last = [_ask(*question, place=order) for order, question in enumerate(QUESTIONS, start=1)]
    answers = [Reply(first.pk, chosen=("Белые зубы",)), Reply(second.pk, chosen=("Немного",))]
    answer_survey(answers, patient=shown[BORIS], at=at)


def _ask(
    text: str, text_en: str, kind: SurveyQuestion.Kind, choices: tuple[tuple[str, str], ...], *, place: int
) -> SurveyQuestion:
    question = SurveyQuestion.objects.create(text=text, text_en=text_en, kind=kind, place=place)
    for order, (choice, choice_en) in enumerate(choices, start=1):
        SurveyChoice.objects.create(question=question, text=choice, text_en=choice_en, place=order)
    return question
