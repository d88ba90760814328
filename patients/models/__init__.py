"""Tables of people."""

from patients.models.card import Card
from patients.models.consent import ConsentRecord
from patients.models.former_member import FormerMember
from patients.models.household import Household
from patients.models.patient import Patient
from patients.models.preferences import Preferences
from patients.models.public_code import PublicCode
from patients.models.referral import Referral
from patients.models.social_group import SocialGroup, SocialGroupRecord
from patients.models.source_channel import SourceChannel
from patients.models.source_key import PatientSourceKey
from patients.models.spend_proof import SpendCode, SpendGuard, SpendProof
from patients.models.survey import SurveyAnswer, SurveyChoice, SurveyQuestion
from patients.models.tag import Tag

__all__ = [
    "Card",
    "ConsentRecord",
    "FormerMember",
    "Household",
    "Patient",
    "PatientSourceKey",
    "Preferences",
    "PublicCode",
    "Referral",
    "SocialGroup",
    "SocialGroupRecord",
    "SourceChannel",
    "SpendCode",
    "SpendGuard",
    "SpendProof",
    "SurveyAnswer",
    "SurveyChoice",
    "SurveyQuestion",
    "Tag",
]
