"""What the acts of the audit are called for people. A code without a title is shown as it is."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, Promise] = {
    "patient.phone_revealed": _("Looked at a phone in full"),
    "patients.imported": _("Patients imported"),
    "program.drafted": _("Program version drafted"),
    "program.published": _("Program version published"),
    "receipt.refunded": _("Receipt refunded"),
    "receipts.imported": _("Receipts imported"),
    "demo.started": _("Demonstration data begun"),
    "demo.finished": _("Demonstration data finished"),
}


def act_title(code: str) -> str:
    return str(TITLES.get(code, code))


def target_title(*, target_type: str, target_id: str) -> str:
    """`Receipt 30006`; empty without a target."""
    if not target_type:
        return target_id
    try:
        name = capfirst(apps.get_model(target_type)._meta.verbose_name)
    except (LookupError, ValueError):
        name = target_type
    return f"{name} {target_id}".strip()
