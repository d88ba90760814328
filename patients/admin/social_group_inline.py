"""Social groups on the patient's card, each with the document that was seen."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics import clock
from clinics.calendar import local_date
from patients.models import SocialGroupRecord
from patients.social_groups import see_document, withdraw_group


class SocialGroupForm(forms.ModelForm):
    def clean_valid_until(self) -> date | None:
        """A group that has ended is kept as it is; a new one can't begin with a document that is over."""
        day: date | None = self.cleaned_data["valid_until"]
        is_new = self.instance.pk is None
        if is_new and day and day < local_date(clock.now(), self.instance.patient.home_clinic.tz):
            raise forms.ValidationError(_("This document is no longer valid. Ask for a new one."))
        return day


class SocialGroupInline(admin.TabularInline):
    model = SocialGroupRecord
    form = SocialGroupForm
    verbose_name = _("document of a social group")  # what the button under the rows adds
    verbose_name_plural = _("social groups")
    fields = ("group", "document", "valid_until", "seen_by", "seen_at")
    readonly_fields = ("seen_by", "seen_at")
    extra = 1  # adding a row takes a script, an empty one does not
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SocialGroupRecord]:
        return super().get_queryset(request).select_related("group", "seen_by")


def save_social_groups(formset: Any, *, actor: User) -> None:
    """Save what was typed as seen by who saves the card; rows left alone stay theirs who saw them."""
    formset.save(commit=False)
    at = clock.now()
    for record in formset.deleted_objects:
        withdraw_group(record, actor=actor, at=at)
    for record in (*formset.new_objects, *(record for record, _fields in formset.changed_objects)):
        see_document(record, actor=actor, at=at)
