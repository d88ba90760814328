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
    steps = [
        FirstStep(
            _("Program"),
            _("Choose a ready program, change it and publish it."),
            reverse("admin:program"),
            ProgramVersion.objects.filter(status=ProgramVersion.Status.PUBLISHED).exists(),
        ),
        FirstStep(
            _("Clinics and prices"),
            _("Open your clinics and enter the price list."),
            reverse("admin:clinics_clinic_changelist"),
            clinics.exists() and Service.objects.filter(is_active=True).exists(),
        ),
        FirstStep(
            _("Import of patients"),
            _("Bring the client base: the command “manage.py import_patients” shows first what it would write."),
            reverse("admin:patients_patient_changelist"),
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
