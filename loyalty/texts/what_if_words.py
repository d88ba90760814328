"""What a what-if says in sentences: what the draft would have meant, whom it touches, what is assumed."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import number_text, percent_text, rounded_money_text
from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.texts.what_if_tables import tier_name
from loyalty.what_if.result import WhatIf


def version_name(version: ProgramVersion) -> str:
    words = {"number": version.number}
    is_draft = version.status == ProgramVersion.Status.DRAFT
    return _("Draft %(number)s") % words if is_draft else _("Version %(number)s") % words


def _named(version: ProgramVersion) -> str:
    """Within a sentence."""
    words = {"number": version.number}
    is_draft = version.status == ProgramVersion.Status.DRAFT
    return _("draft %(number)s") % words if is_draft else _("version %(number)s") % words


def months_text(months: int) -> str:
    """`12 months`, with the right plural."""
    return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}


def cost_text(run: WhatIfRun, result: WhatIf) -> str:
    """The cost beside that of the version in force."""
    now, then = result.current.figures, result.draft.figures
    difference = then.cost_kopecks - now.cost_kopecks
    words = {
        "months": months_text(run.months),
        "draft": _named(run.version),
        "current": _named(run.compared),
        "then": rounded_money_text(then.cost_kopecks),
        "now": rounded_money_text(now.cost_kopecks),
        "difference": rounded_money_text(abs(difference)),
        "then_rate": percent_text(then.effective_discount_bp),
        "now_rate": percent_text(now.effective_discount_bp),
    }
    if not difference:
        return _("%(months)s: %(draft)s would have cost %(then)s, exactly as %(current)s.") % words
    if difference > 0:
        text = _("%(months)s: %(draft)s would have cost %(then)s, %(current)s %(now)s: %(difference)s more.")
    else:
        text = _("%(months)s: %(draft)s would have cost %(then)s, %(current)s %(now)s: %(difference)s less.")
    if now.effective_discount_bp == then.effective_discount_bp:
        return text % words
    return " ".join((text, _("Effective discount %(then_rate)s instead of %(now_rate)s."))) % words


def promised_text(result: WhatIf) -> str:
    """What patients would have been given for later: the cost holds only what they have spent."""
    now, then = result.current.figures, result.draft.figures
    words = {
        "then": number_text(then.points_issued),
        "now": number_text(now.points_issued),
        "then_owed": rounded_money_text(then.liability_kopecks),
        "now_owed": rounded_money_text(now.liability_kopecks),
    }
    if (now.points_issued, now.liability_kopecks) == (then.points_issued, then.liability_kopecks):
        return _("As many points issued, %(then)s; liability at the end %(then_owed)s, the same.") % words
    text = _(
        "Points issued: %(then)s instead of %(now)s; liability at the end: %(then_owed)s instead of %(now_owed)s."
    )
    return text % words


def touched_texts(result: WhatIf) -> tuple[str, ...]:
    """How many it touches, and who would stand in another tier."""
    found, whole = result.comparison, result.comparison.whole
    words = {
        "members": number_text(found.touched_members),
        "all_members": number_text(found.members),
        "receipts": number_text(found.touched_receipts),
        "all_receipts": number_text(result.current.figures.receipts),
        "winners": number_text(whole.winners),
        "gained": rounded_money_text(whole.gained_kopecks),
        "losers": number_text(whole.losers),
        "lost": rounded_money_text(whole.lost_kopecks),
    }
    if not found.touched_members:
        return (_("Nobody would have noticed a difference."),)
    texts = [
        _("Touched: %(members)s of %(all_members)s members, %(receipts)s of %(all_receipts)s receipts.") % words
    ]
    if whole.winners:
        texts.append(_("Winners: %(winners)s, together they get %(gained)s more.") % words)
    if whole.losers:
        texts.append(_("Losers: %(losers)s, together they get %(lost)s less.") % words)
    for now, targets in found.moves.items():
        for then, count in targets.items():
            move = {"now": tier_name(now, result), "then": tier_name(then, result), "count": number_text(count)}
            texts.append(_("Another tier at the end, %(now)s → %(then)s: %(count)s") % move)
    return tuple(texts)


def winners_definition() -> str:
    return _(
        "A member wins when discounts and the value of points given come to more under the draft."
        " The tier is the one in which the version in force leaves the member at the end of the period."
    )


def assumptions(result: WhatIf) -> tuple[str, ...]:
    texts = (
        _("Patients would have come on the same days for the same services at the same prices."),
        _("Each version has been in force from the first day of the period."),
        _("Rules and promotions with days of their own count on those days: what begins later gives nothing."),
        _("Patients pay as much with points as they did then, as far as the balance and the limit allow."),
        _("Tags and social groups are those of today: nobody knows what they were then."),
        _("Gifts and corrections by hand are as they were; a welcome is the one of the version."),
    )
    if result.are_budgets_exact:
        return texts
    return (*texts, _("Budgets of the rules run out in turns: their last points are an estimate."))
