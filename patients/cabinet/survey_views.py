"""The survey of needs: what the patient would like to have done. Each question once; empty ones may wait."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clinics import clock
from patients.cabinet.access import patient_page
from patients.models import Patient, SurveyQuestion
from patients.surveys import Reply, answer_survey, open_questions

Kind = SurveyQuestion.Kind
LONGEST_ANSWER = 500


class SurveyForm(forms.Form):
    """A field per question; `q7` answers question 7. Choices travel as their ids."""

    def __init__(self, data: Any, *, questions: list[SurveyQuestion]) -> None:
        super().__init__(data)
        self.questions = questions
        for question in questions:
            self.fields[f"q{question.pk}"] = _field(question)

    def said(self) -> list[Reply]:
        return [self._said_of(question) for question in self.questions]

    def _said_of(self, question: SurveyQuestion) -> Reply:
        value = self.cleaned_data[f"q{question.pk}"]
        if question.kind == Kind.FREE:
            return Reply(question.pk, text=value)
        wanted = {value} if question.kind == Kind.SINGLE else set(value)
        texts = tuple(choice.text for choice in question.choices.all() if str(choice.pk) in wanted)
        return Reply(question.pk, chosen=texts)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def survey(request: HttpRequest, patient: Patient) -> HttpResponse:
    questions = list(open_questions(patient))
    form = SurveyForm(request.POST if request.method == "POST" else None, questions=questions)
    if request.method == "POST" and form.is_valid():
        answer_survey(form.said(), patient=patient, at=clock.now())
        return HttpResponseRedirect(f"{reverse('cabinet_survey')}?sent=1")
    context = {"form": form, "is_sent": "sent" in request.GET and not form.is_bound}
    return render(request, "cabinet/survey.html", context, status=422 if form.is_bound else 200)


def _field(question: SurveyQuestion) -> forms.Field:
    language = get_language() or ""
    label = question.in_language(language)
    if question.kind == Kind.FREE:
        return forms.CharField(
            label=label,
            max_length=LONGEST_ANSWER,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"max_length": _("That is too long: up to %(limit_value)d characters.")},
        )
    ordered = sorted(question.choices.all(), key=lambda choice: (choice.place, choice.pk))
    choices = [(str(choice.pk), choice.in_language(language)) for choice in ordered]
    wrong = {"invalid_choice": _("Choose an answer of the list.")}
    if question.kind == Kind.SINGLE:
        return forms.ChoiceField(
            label=label, choices=choices, required=False, widget=forms.RadioSelect, error_messages=wrong
        )
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, error_messages=wrong
    )
