"""Admin pages of people."""

from patients.admin.household_admin import HouseholdAdmin
from patients.admin.patient_admin import PatientAdmin
from patients.admin.source_channel_admin import SourceChannelAdmin
from patients.admin.survey_admin import SurveyQuestionAdmin
from patients.admin.tag_admin import SocialGroupAdmin, TagAdmin

__all__ = [
    "HouseholdAdmin",
    "PatientAdmin",
    "SocialGroupAdmin",
    "SourceChannelAdmin",
    "SurveyQuestionAdmin",
    "TagAdmin",
]
