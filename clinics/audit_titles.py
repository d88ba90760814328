"""What the acts of the audit are called for people. A code without a title is shown as it is."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, Promise] = {
    "budget.spent": _("Budget of a rule used up"),
    "budget.warning": _("Budget of a rule used to 80 percent"),
    "discount.approved": _("Discount by hand approved"),
    "discount.asked": _("Discount by hand asked for"),
    "discount.cancelled": _("Discount by hand cancelled"),
    "discount.granted": _("Discount by hand given"),
    "discount.refused": _("Discount by hand refused"),
    "event.kind_changed": _("Kind of messages chosen"),
    "gift.lapsed": _("Gift taken back after a refund"),
    "patient.card_blocked": _("Card blocked"),
    "patient.card_issued": _("Card given"),
    "patient.erased": _("Person erased"),
    "patient.inviter_set": _("Who recommended the clinic written down"),
    "patient.joined_again": _("Joined again after leaving: no second gifts for joining"),
    "patient.merge_undone": _("Merge of cards undone"),
    "patient.merged": _("Cards of one person merged"),
    "patient.phone_revealed": _("Looked at a phone in full"),
    "patient.social_group_seen": _("Document of a social group seen"),
    "patient.social_group_withdrawn": _("Social group taken off a patient"),
    "patients.imported": _("Patients imported"),
    "points.given": _("Points given by hand"),
    "points.taken": _("Points taken by hand"),
    "spend.imported": _("Marketing spend imported"),
    "prices.imported": _("Price list imported"),
    "privilege.added": _("Reward added to the catalogue"),
    "privilege.changed": _("Reward of the catalogue changed"),
    "program.archived": _("Program version archived"),
    "program.changed": _("Program draft changed"),
    "program.drafted": _("Program version drafted"),
    "program.published": _("Program version published"),
    "receipt.refunded": _("Receipt refunded"),
    "receipt.visit_closed": _("Visit closed"),
    "receipts.imported": _("Receipts imported"),
    "review.accepted": _("Review accepted"),
    "review.declined": _("Review declined"),
    "spending.codes_blocked": _("Codes closed after five wrong ones"),
    "spending.overridden": _("Spending allowed without a code"),
    "report.exported": _("Report taken as a file"),
    "report.personal_data_exported": _("Report with names and phones taken as a file"),
    "second_step.recovery_renewed": _("New recovery codes"),
    "second_step.recovery_used": _("Logged in with a recovery code"),
    "second_step.reset": _("Log-in with a code reset"),
    "second_step.set_up": _("Log-in with a code set up"),
    "staff.dismissed": _("Log-in of a member of staff closed"),
    "staff.first_owner": _("First owner made"),
    "staff.locked": _("Log-in locked after wrong passwords or codes"),
    "staff.logged_out": _("Sessions of a member of staff ended"),
    "staff.password_set": _("Password of a member of staff set"),
    "staff.rights_changed": _("Role of a member of staff changed"),
    "staff.unlocked": _("Log-in opened again"),
    "tier.granted": _("Tier given by hand"),
    "tier.ended": _("Tier by hand ended"),
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
