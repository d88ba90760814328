"""A refund as the desk shows it before the act: money and points, per rule, the balance and the lines after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.calendar import local_date
from clinics.money import to_kopecks
from clinics.number_texts import day_text, money_text, number_text, points_word, signed_text
from loyalty.models import PrivilegeCode, Receipt, Refund
from loyalty.privileges.code_names import shown_code
from loyalty.program.versions import compiled_version
from loyalty.refunds.refunding import RefundResult
from loyalty.texts.explanations import rule_title
from loyalty.threshold_gifts import LapsedGift


@dataclass(frozen=True, slots=True)
class RefundPanel:
    """Empty texts are not shown."""

    money: str
    returned: str
    renewed: str
    taken: str
    by_rule: tuple[tuple[str, str], ...]  # title and points
    taken_notes: tuple[str, ...]
    gifts: tuple[tuple[str, str, str], ...]  # that lapse: title, points taken back, what stays
    codes: tuple[str, ...]  # of privileges: may be used again, or their points come back
    balance: str
    pending: str
    debt: str
    left: str
    lines_left: tuple[tuple[str, str], ...]  # title and money; empty when nothing is left
    fingerprint: str


@dataclass(frozen=True, slots=True)
class EarlierRefund:
    text: str
    details: str


def refund_panel(result: RefundResult, *, receipt: Receipt, titles: Mapping[int, str]) -> RefundPanel:
    """`titles` are the receipt lines' by position."""
    refund, after = result.refund, result.after
    program = compiled_version(receipt.program_version)
    value = after.point_value_kopecks
    today = local_date(refund.at, receipt.patient.home_clinic.tz)
    return RefundPanel(
        money=money_text(to_kopecks(refund.money)),
        returned=signed_text(refund.points_returned),
        renewed=_renewed(result, today=today),
        taken=signed_text(-refund.points_taken),
        by_rule=tuple(
            (rule_title(program, code), signed_text(-points)) for code, points in result.plan.taken_by_rule.items()
        ),
        taken_notes=tuple(_taken_notes(result)),
        gifts=tuple(_gift(lapsed) for lapsed in result.lapsed if lapsed.gift.points),
        codes=tuple(_freed(code, today=today) for code in result.freed),
        balance=number_text(result.balance - result.debt),
        pending=number_text(result.pending) if result.pending else "",
        debt=number_text(result.debt) if result.debt else "",
        left=money_text(after.left_kopecks),
        lines_left=tuple(
            (titles[line.position], money_text(line.left_kopecks(value)))
            for line in after.lines
            if after.left_kopecks
        ),
        fingerprint=result.fingerprint,
    )


def _freed(code: PrivilegeCode, *, today: date) -> str:
    words = {
        "code": shown_code(code.key, get_language() or ""),
        "day": day_text(code.valid_to, today=today),
        "points": points_word(code.points),
    }
    if code.status == PrivilegeCode.Status.OPEN:
        return _("Reward code %(code)s may be used again until %(day)s.") % words
    return _("Reward code %(code)s ended on %(day)s: we give back its %(points)s.") % words


def _gift(lapsed: LapsedGift) -> tuple[str, str, str]:
    operation = lapsed.gift.operation
    version = operation.program_version if operation else None
    code = lapsed.gift.rule_code
    kept = lapsed.kept_points
    stays = ngettext(
        "%(count)s point of the gift is used or burnt already and stays.",
        "%(count)s points of the gift are used or burnt already and stay.",
        kept,
    ) % {"count": number_text(kept)}
    title = rule_title(compiled_version(version), code) if version else code
    return title, signed_text(-lapsed.taken_points), stays if kept else ""


def earlier_refunds(receipt: Receipt) -> list[EarlierRefund]:
    """The refunds of the receipt so far, the newest first. One query."""
    tz = receipt.patient.home_clinic.tz
    refunds = receipt.refunds.select_related("actor").order_by("-id")
    return [_earlier(refund, day=local_date(refund.at, tz)) for refund in refunds]


def _earlier(refund: Refund, *, day: date) -> EarlierRefund:
    values = {
        "day": f"{day:%d.%m.%Y}",
        "money": money_text(to_kopecks(refund.money)),
        "returned": signed_text(refund.points_returned),
        "taken": signed_text(-refund.points_taken),
    }
    actor = (refund.actor.get_full_name() or refund.actor.get_username()) if refund.actor else ""
    details = (refund.get_reason_display(), refund.note, actor)
    return EarlierRefund(
        text=_("%(day)s: %(money)s in money, points %(returned)s and %(taken)s") % values,
        details=" · ".join(part for part in details if part),
    )


def _renewed(result: RefundResult, *, today: date) -> str:
    acts = result.acts
    if not acts.renewed_points or acts.renewed_last_day is None:
        return ""
    return _("%(points)s of them had burnt; the new last day is %(day)s") % {
        "points": number_text(acts.renewed_points),
        "day": day_text(acts.renewed_last_day, today=today),
    }


def _taken_notes(result: RefundResult) -> list[str]:
    acts, notes = result.acts, []
    if acts.burnt_points:
        text = ngettext(
            "%(count)s point of these has burnt: we do not take it twice.",
            "%(count)s points of these have burnt: we do not take them twice.",
            acts.burnt_points,
        )
        notes.append(text % {"count": number_text(acts.burnt_points)})
    if acts.forgiven_points:
        text = ngettext(
            "%(count)s point of these stays with the patient by the program's rules.",
            "%(count)s points of these stay with the patient by the program's rules.",
            acts.forgiven_points,
        )
        notes.append(text % {"count": number_text(acts.forgiven_points)})
    return notes
