"""The five roles and what each may do: one table, synchronised to Django's groups after every migrate."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.utils.translation import pgettext_lazy

RECEPTIONIST = "receptionist"
SENIOR = "senior"
MARKETER = "marketer"
MANAGER = "manager"
OWNER = "owner"

_DISCOUNTS = ("loyalty.view_manualdiscount", "loyalty.approve_discount")
_REVIEWS = ("loyalty.view_review", "loyalty.moderate_review")
_REVIEW_PLATFORMS = ("loyalty.view_reviewplatform", "loyalty.add_reviewplatform", "loyalty.change_reviewplatform")
_SURVEY = (
    "patients.view_surveyquestion",
    "patients.add_surveyquestion",
    "patients.change_surveyquestion",
    "patients.view_surveychoice",
    "patients.add_surveychoice",
    "patients.change_surveychoice",
    "patients.delete_surveychoice",
)
_DESK = (
    "loyalty.use_desk",
    "loyalty.view_receipt",
    "loyalty.view_receiptline",
    "loyalty.view_refund",
    "loyalty.view_refundline",
    "loyalty.view_operation",
    "loyalty.refund_receipt",
    "loyalty.view_calltask",
    "loyalty.add_calltask",
    "loyalty.change_calltask",
    "loyalty.view_call",
    "loyalty.view_privilege",
    "loyalty.view_privilegecode",
    "patients.view_patient",
    "patients.add_patient",
    "patients.change_patient",
    "patients.view_card",
    "patients.add_card",
    "patients.change_card",
    "patients.view_household",
    "patients.view_consentrecord",
    "patients.add_consentrecord",
    "patients.add_referral",
    "notifications.view_outboxmessage",
    "clinics.view_doctor",
    # To print posters and leaflets, which lie at the desk.
    "patients.view_sourcechannel",
    "patients.view_tag",
    "patients.view_socialgroup",
    "patients.view_socialgrouprecord",
    "patients.add_socialgrouprecord",
    "patients.change_socialgrouprecord",
)
_PRIVILEGES = (
    "loyalty.view_privilege",
    "loyalty.add_privilege",
    "loyalty.change_privilege",
    "loyalty.view_privilegecode",
)
_SENIOR = (
    *_DESK,
    *_DISCOUNTS,
    *_REVIEWS,
    "patients.override_proof",
    "patients.change_inviter",
    "loyalty.merge_patients",
    "loyalty.move_points",
)
_PROGRAM_VIEW = (
    "loyalty.view_programversion",
    "clinics.view_clinic",
    "clinics.view_service",
    "clinics.view_servicecategory",
    "clinics.view_doctor",
    "patients.view_tag",
    "patients.view_socialgroup",
)
_CHANNELS = ("patients.view_sourcechannel", "patients.add_sourcechannel", "patients.change_sourcechannel")
_SPEND = (
    "loyalty.view_marketingspend",
    "loyalty.add_marketingspend",
    "loyalty.change_marketingspend",
    "loyalty.delete_marketingspend",
)
_MARKETER = (
    *_PROGRAM_VIEW,
    *_PRIVILEGES,
    *_REVIEWS,
    *_REVIEW_PLATFORMS,
    *_SURVEY,
    "loyalty.view_reports",
    "loyalty.export_reports",
    *_CHANNELS,
    *_SPEND,
    "loyalty.view_goal",
    "loyalty.view_figuresetting",
    "patients.view_patient",
    "notifications.view_outboxmessage",
    "notifications.view_eventchoice",
)
_MANAGER = (
    *_PROGRAM_VIEW,
    *_SPEND,
    "loyalty.view_goal",
    "loyalty.add_goal",
    "loyalty.change_goal",
    "loyalty.delete_goal",
    "loyalty.view_figuresetting",
    "loyalty.add_figuresetting",
    "loyalty.change_figuresetting",
    "loyalty.delete_figuresetting",
    "loyalty.view_staffbonusrate",
    "loyalty.add_staffbonusrate",
    "loyalty.change_staffbonusrate",
    "loyalty.delete_staffbonusrate",
    *_DISCOUNTS,
    *_CHANNELS,
    *_PRIVILEGES,
    *_REVIEWS,
    *_REVIEW_PLATFORMS,
    *_SURVEY,
    "loyalty.change_programversion",
    "loyalty.publish_program",
    "loyalty.import_people",
    "loyalty.view_reports",
    "loyalty.export_reports",
    "loyalty.export_personal_data",
    "patients.view_patient",
    "patients.change_patient",
    "patients.view_card",
    "patients.add_card",
    "patients.change_card",
    "patients.view_household",
    "patients.view_consentrecord",
    "patients.add_consentrecord",
    "patients.add_referral",
    "patients.change_inviter",
    "patients.erase_patient",
    "loyalty.merge_patients",
    "loyalty.move_points",
    "patients.add_tag",
    "patients.change_tag",
    "patients.add_socialgroup",
    "patients.change_socialgroup",
    "patients.view_socialgrouprecord",
    "patients.add_socialgrouprecord",
    "patients.change_socialgrouprecord",
    "patients.delete_socialgrouprecord",
    "loyalty.view_receipt",
    "loyalty.view_receiptline",
    "loyalty.view_refund",
    "loyalty.view_refundline",
    "loyalty.view_operation",
    "loyalty.view_account",
    "loyalty.view_lot",
    "loyalty.view_nightlyrun",
    "loyalty.view_reminderplan",
    "loyalty.view_calltask",
    "loyalty.add_calltask",
    "loyalty.view_call",
    "loyalty.view_manualtier",
    "loyalty.grant_manual_tier",
    "notifications.view_outboxmessage",
    "notifications.view_eventchoice",
    "notifications.change_eventchoice",
    "clinics.add_clinic",
    "clinics.change_clinic",
    "clinics.add_service",
    "clinics.change_service",
    "clinics.add_servicecategory",
    "clinics.change_servicecategory",
    "clinics.add_doctor",
    "clinics.change_doctor",
    "clinics.view_staffmember",
    "clinics.view_auditevent",
    "django_celery_beat.view_periodictask",
    "django_celery_beat.change_periodictask",
    "django_celery_beat.view_crontabschedule",
    "django_celery_beat.add_crontabschedule",
    "django_celery_beat.change_crontabschedule",
)
_OWNER = (
    *_MANAGER,
    *_SENIOR,
    "clinics.add_staffmember",
    "clinics.change_staffmember",
    "auth.view_user",
    "auth.add_user",
    "auth.change_user",
)

# As people call them; the codes are for files and programs.
ROLE_TITLES = {
    RECEPTIONIST: pgettext_lazy("role", "receptionist"),
    SENIOR: pgettext_lazy("role", "senior receptionist"),
    MARKETER: pgettext_lazy("role", "marketer"),
    MANAGER: pgettext_lazy("role", "manager"),
    OWNER: pgettext_lazy("role", "owner"),
}

PERMISSIONS_BY_ROLE: dict[str, tuple[str, ...]] = {
    RECEPTIONIST: _DESK,
    SENIOR: _SENIOR,
    MARKETER: _MARKETER,
    MANAGER: _MANAGER,
    OWNER: _OWNER,
}

# What a stolen password alone must not open: other people's data in bulk, the program, the staff's own rights.
_GUARDED = {
    "loyalty.change_programversion",
    "loyalty.publish_program",
    "loyalty.import_people",
    "clinics.change_staffmember",
    "auth.change_user",
}


def asks_second_step(permissions: Iterable[str]) -> bool:
    """Whether one of the permissions is among those that a password alone must not open."""
    return any(name in _GUARDED or name.partition(".")[2].startswith("export_") for name in permissions)


def sync_roles(sender: AppConfig, **kwargs: Any) -> None:
    """Give every role exactly the permissions of the table. Runs after migrate, when they all exist."""
    groups, permissions = apps.get_model("auth", "Group").objects, apps.get_model("auth", "Permission").objects
    existing = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in permissions.select_related("content_type")
    }
    for role, names in PERMISSIONS_BY_ROLE.items():
        group, _created = groups.get_or_create(name=role)
        group.permissions.set([existing[name] for name in names if name in existing])
