"""Questions of the survey of needs. Answers are on the patient's card, for those who see the card."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin
from patients.models import SurveyAnswer, SurveyChoice, SurveyQuestion


class ChoiceInline(admin.TabularInline):
    model = SurveyChoice
    fields = ("text", "text_en", "place")
    extra = 2
    ordering = ("place", "id")


@admin.register(SurveyQuestion)
class SurveyQuestionAdmin(PortalAdmin):
    title_add = _("New survey question")
    title_change = _("Survey question")
    inlines = (ChoiceInline,)
    list_display = ("text", "kind", "place", "is_active")
    list_filter = ("is_active",)
    ordering = ("place", "id")
    fields = ("text", "text_en", "kind", "place", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: SurveyQuestion | None = None) -> tuple[str, ...]:
        """What people have answered to is not turned into another question."""
        if obj is not None and SurveyAnswer.objects.filter(question=obj).exists():
            return ("text", "text_en", "kind")
        return ()

    def has_delete_permission(self, request: HttpRequest, obj: SurveyQuestion | None = None) -> bool:
        return False
