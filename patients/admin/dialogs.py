"""All dialogs of the patient's card by the last part of their address, and which of them to offer to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.contrib.admin import AdminSite
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from patients.admin import (
    card_dialog,
    consent_dialog,
    erase_dialog,
    inviter_dialog,
    joining_dialog,
    merge_dialog,
    points_dialog,
    task_dialog,
    tier_dialog,
)
from patients.admin.points_block import PointsBlock
from patients.models import Patient


class Show(Protocol):
    """The view; it has the patient within the person's clinics and checks its own permission."""

    def __call__(self, request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse: ...


Sense = Callable[[Patient, PointsBlock | None], bool]


def _always(patient: Patient, points: PointsBlock | None) -> bool:
    return True


def _has_points(patient: Patient, points: PointsBlock | None) -> bool:
    return points is not None


@dataclass(frozen=True, slots=True)
class Dialog:
    show: Show
    permissions: tuple[str, ...]
    makes_sense: Sense = _always


DIALOGS: dict[str, Dialog] = {
    "tier": Dialog(
        tier_dialog.tier_dialog,
        (tier_dialog.PERMISSION,),
        lambda patient, points: points is not None and bool(points.tier),
    ),
    "loyalty-card": Dialog(card_dialog.card_dialog, card_dialog.PERMISSIONS),
    "consents": Dialog(consent_dialog.consent_dialog, (consent_dialog.PERMISSION,)),
    "inviter": Dialog(inviter_dialog.inviter_dialog, (inviter_dialog.PERMISSION,)),
    "join": Dialog(
        joining_dialog.joining_dialog, (joining_dialog.PERMISSION,), lambda patient, points: not patient.is_member
    ),
    "merge": Dialog(merge_dialog.merge_dialog, (merge_dialog.PERMISSION,)),
    "unmerge": Dialog(
        merge_dialog.unmerge_dialog,
        (merge_dialog.PERMISSION,),
        lambda patient, points: merge_dialog.find_open_merge(patient) is not None,
    ),
    "erase": Dialog(erase_dialog.erase_dialog, (erase_dialog.PERMISSION,)),
    "call": Dialog(task_dialog.task_dialog, (task_dialog.PERMISSION,)),
    "give-points": Dialog(points_dialog.give_dialog, (points_dialog.PERMISSION,), _has_points),
    "take-points": Dialog(points_dialog.take_dialog, (points_dialog.PERMISSION,), _has_points),
}


def dialogs_for(
    user: AbstractBaseUser | AnonymousUser, *, patient: Patient, points: PointsBlock | None
) -> dict[str, str]:
    """Addresses of what the person may do with this patient, by name with underscores for templates."""
    return {
        name.replace("-", "_"): reverse(f"admin:patients_patient_{name}", args=[patient.pk])
        for name, dialog in DIALOGS.items()
        if isinstance(user, User) and user.has_perms(dialog.permissions) and dialog.makes_sense(patient, points)
    }
