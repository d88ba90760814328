"""What a new clinic has to do before its first patient, in order, with what is done already."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinics.models import Service, StaffMember
from clinics.scope import clinics_of
from loyalty.models import ProgramVersion, Receipt
from patients.models import Patient

# Whoever puts a program in force opens the portal.
PERMISSION = "loyalty.publish_program"


@dataclass(frozen=True, slots=True)
class FirstStep:
    title: str | Promise
    hint: str | Promise
    url: str
    is_done: bool


def first_steps(user: User) -> list[FirstStep]:
    """Empty for those who do not open the portal, and when nothing is left to do."""
    if not user.has_perm(PERMISSION):
        return []
    clinics = clinics_of(user)
    has_clinic = clinics.exists()
    steps = [
        FirstStep(
            _("Program"),
            _("Choose a ready program, change it and publish it."),
            reverse("admin:program"),
            ProgramVersion.objects.filter(status=ProgramVersion.Status.PUBLISHED).exists(),
        ),
        FirstStep(
            _("Clinics and prices"),
            _("Load the price list from a file.") if has_clinic else _("Open your first clinic."),
            reverse("admin:import_prices" if has_clinic else "admin:clinics_clinic_add"),
            has_clinic and Service.objects.filter(is_active=True).exists(),
        ),
        FirstStep(
            _("Import of patients"),
            _("Bring the client base from a file: first you see what would be written."),
            reverse("admin:import_patients"),
            Patient.objects.filter(home_clinic__in=clinics).exists(),
        ),
        FirstStep(
            _("Staff"),
            _("Give each receptionist a log-in, a role and a clinic."),
            reverse("admin:clinics_staffmember_changelist"),
            StaffMember.objects.filter(clinics__in=clinics).exclude(user=user).exists(),
        ),
        FirstStep(
            _("Trial receipt"),
            _("Post a receipt at the desk and refund it."),
            reverse("admin:desk" if user.has_perm("loyalty.use_desk") else "admin:loyalty_receipt_changelist"),
            Receipt.objects.filter(clinic__in=clinics).exists(),
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps
