"""The survey of needs: short questions of the clinics, and what each patient has answered, once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SurveyQuestion(models.Model):
    """Asked once of each patient. One that has answers is switched off, not changed into another."""

    class Kind(models.TextChoices):
        SINGLE = "SINGLE", _("one answer of the list")
        MULTI = "MULTI", _("several answers of the list")
        FREE = "FREE", _("own words")

    text = models.CharField(_("question"), max_length=200)
    text_en = models.CharField(_("question in English"), max_length=200, blank=True)
    kind = models.CharField(_("how it is answered"), max_length=6, choices=Kind, default=Kind.SINGLE)
    place = models.PositiveSmallIntegerField(_("place"), default=10, help_text=_("Smaller numbers come first."))
    is_active = models.BooleanField(_("asked of patients"), default=True)

    class Meta:
        verbose_name = _("survey question")
        verbose_name_plural = _("survey questions")

    def __str__(self) -> str:
        return self.text

    def in_language(self, language: str) -> str:
        return self.text_en if language == "en" and self.text_en else self.text


class SurveyChoice(models.Model):
    question = models.ForeignKey(
        SurveyQuestion, models.CASCADE, related_name="choices", verbose_name=_("survey question")
    )
    text = models.CharField(_("answer"), max_length=120)
    text_en = models.CharField(_("answer in English"), max_length=120, blank=True)
    place = models.PositiveSmallIntegerField(_("place"), default=10)

    class Meta:
        verbose_name = _("answer of the list")
        verbose_name_plural = _("answers of the list")

    def __str__(self) -> str:
        return self.text

    def in_language(self, language: str) -> str:
        return self.text_en if language == "en" and self.text_en else self.text


class SurveyAnswer(models.Model):
    """What a patient wants is told to nobody but the staff of their clinic."""

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="survey_answers", verbose_name=_("patient")
    )
    question = models.ForeignKey(
        SurveyQuestion, models.PROTECT, related_name="answers", verbose_name=_("survey question")
    )
    # Texts as they read when they were chosen.
    # Texts as they read when they were chosen.
    chosen = models.JSONField(_("chosen"), default=list)
    text = models.CharField(_("own words"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        constraints = [
            models.UniqueConstraint(fields=["patient", "question"], name="survey_answer_once"),
            models.CheckConstraint(condition=~Q(chosen=[]) | ~Q(text=""), name="survey_answer_says_something"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
