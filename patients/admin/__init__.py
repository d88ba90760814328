"""Admin pages of people."""

from patients.admin.household_admin import HouseholdAdmin
from patients.admin.patient_admin import PatientAdmin

__all__ = ["HouseholdAdmin", "PatientAdmin"]
