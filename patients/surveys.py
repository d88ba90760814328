"""Answers to the survey of needs: each question once, what is left empty may be answered later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from patients.models import Patient, SurveyAnswer, SurveyQuestion


@dataclass(frozen=True, slots=True)
class Reply:
    """Of one question: texts of the list, or own words."""

    question_id: int
    chosen: tuple[str, ...] = ()
    text: str = ""


def open_questions(patient: Patient) -> QuerySet[SurveyQuestion]:
    """Asked now and not answered yet, in their order, with their lists. Two queries."""
    answered = SurveyAnswer.objects.filter(patient=patient).values("question")
    questions = SurveyQuestion.objects.filter(is_active=True).exclude(pk__in=answered)
    return questions.prefetch_related("choices").order_by("place", "id")


def answer_survey(said: Sequence[Reply], *, patient: Patient, at: datetime) -> int:
    """How many answers were new: sent twice, the first ones stay. Own transaction."""
    answers = [
        SurveyAnswer(patient=patient, question_id=one.question_id, chosen=list(one.chosen), text=one.text, at=at)
        for one in said
        if one.chosen or one.text
    ]
    with transaction.atomic():
        before = SurveyAnswer.objects.filter(patient=patient).count()
        SurveyAnswer.objects.bulk_create(answers, ignore_conflicts=True)
        return SurveyAnswer.objects.filter(patient=patient).count() - before
