"""Tables of people."""

from patients.models.card import Card
from patients.models.consent import ConsentRecord
from patients.models.household import Household
from patients.models.patient import Patient
from patients.models.source_key import PatientSourceKey

__all__ = ["Card", "ConsentRecord", "Household", "Patient", "PatientSourceKey"]
