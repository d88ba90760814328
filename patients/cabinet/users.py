"""Which Django user stands for a patient, and who may use the cabinet at all.

The user is made when its patient asks for the first code: imported patients have none. It has no usable
password and is never staff; an account that has become staff cannot be entered with a patient's code.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction

from patients.models import Patient


def find_patient(phone: str) -> Patient | None:
    """The active patient with this phone in E.164, if the cabinet may be opened for them."""
    patient = Patient.objects.filter(phone=phone, merged_into=None, erased_at=None).select_related("user").first()
    if patient is None or (patient.user is not None and not may_be_entered(patient.user)):
        return None
    return patient


def may_be_entered(user: User) -> bool:
    """Whether a one-time code may open this account."""
    return user.is_active and not user.is_staff and not user.is_superuser


def user_of(patient: Patient) -> User:
    """The patient's user, made on the first call. Own transaction, locks the patient."""
    if patient.user is not None:
        return patient.user
    with transaction.atomic():
        # Not joined to the user: a row that had to be waited for would come with what was joined before the wait.
        locked = Patient.objects.select_for_update().get(pk=patient.pk)
        if locked.user is None:
            locked.user = User(username=f"patient-{patient.pk}")
            locked.user.set_unusable_password()
            locked.user.save()
            locked.save(update_fields=["user"])
    return locked.user


def patient_of(user: AbstractBaseUser | AnonymousUser) -> Patient | None:
    """The active patient behind a session's user; None for staff and strangers."""
    if not isinstance(user, User) or not may_be_entered(user):
        return None
    patient: Patient | None = getattr(user, "patient", None)
    return patient if patient is not None and patient.is_active else None
