"""A trial: a receipt and a patient in, the quotes of the version in force and of this one out, side by side.

Posted, because a phone may be typed; nothing is written.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from clinics import clock
from clinics.models import Clinic
from clinics.number_texts import money_text, number_text, percent_text, signed_text
from clinics.scope import clinics_of
from loyalty.checkout.member_state import NoAccount
from loyalty.models import ProgramVersion
from loyalty.program.trials import Trial, TrialReceipt, try_on_member, try_on_patient
from loyalty.program.versions import version_at
from loyalty.program_page.access import VIEW_PATIENT, find_version, program_view
from loyalty.program_page.trial_form import TrialForm, TrialScope
from loyalty.program_page.trial_lines import PriceList, TrialLine, make_lines
from loyalty.texts.explanations import tier_title

MEMBER = ("tier", "balance", "burning", "turnover", "visits", "age", "sex", "source", "social_groups", "tags")


@dataclass(frozen=True, slots=True)
class TrialPanel:
    """A trial in words. `sums` are (what, text, is the same in all panels)."""

    title: str
    tier: str
    sums: tuple[tuple[str, str, bool], ...]
    lines: tuple[tuple[str, str, tuple[str, ...]], ...]  # what it is, what it costs, sentences
    notes: tuple[str, ...]
    skipped: tuple[str, ...]


@program_view()
def program_try(request: HttpRequest, number: int) -> HttpResponse:
    version, at = find_version(number), clock.now()
    scope = _scope(request)
    if not scope.clinics:
        notice = _("There is no clinic yet: a receipt needs one. Add a clinic first.")
        return _show(request, version, notice=notice)
    posted = request.POST if request.method == "POST" else None
    lines = make_lines(posted, price_list=PriceList())
    form = TrialForm(posted, document=version.document, scope=scope, at=at)
    if posted is None or "again" in posted:
        return _show(request, version, form=form, lines=lines)
    filled = [line for line in lines if not line.is_empty]
    are_valid = all([line.is_valid() for line in filled])  # all of them say what is wrong
    if not (form.is_valid() and are_valid) or not filled:
        notice = "" if filled else _("Fill in at least one line of the receipt.")
        return _show(request, version, form=form, lines=lines, notice=notice, status=422)
    try:
        panels = _panels(_versions(version, at=at), form, filled)
    except NoAccount:
        form.add_error("patient", _("This patient has no points account yet. Make them a member first."))
        return _show(request, version, form=form, lines=lines, status=422)
    return _show(request, version, form=form, lines=lines, panels=panels)


def _scope(request: HttpRequest) -> TrialScope:
    """Any clinic for the receipt: the program is the network's. Real patients only as the person may see them."""
    clinics = tuple(Clinic.objects.filter(is_active=True).order_by("name", "id"))
    may_see = request.user.has_perm(VIEW_PATIENT)
    own = tuple(clinics_of(request.user).values_list("pk", flat=True)) if may_see else None
    return TrialScope(clinics=clinics, own_clinic_ids=own)


def _versions(version: ProgramVersion, *, at: datetime) -> list[ProgramVersion]:
    """The version in force first, if this is another one."""
    current = version_at(at)
    return [version] if current is None or current.pk == version.pk else [current, version]


def _panels(versions: list[ProgramVersion], form: TrialForm, lines: list[TrialLine]) -> list[TrialPanel]:
    receipt = TrialReceipt(
        lines=tuple(line.drafted() for line in lines),
        clinic=form.clinic_chosen,
        at=form.moment,
        choice=form.choice,
        booked_online=form.cleaned_data["booked_online"],
    )
    trials = [
        try_on_patient(receipt, version=version, patient_id=form.found.pk)
        if form.found is not None
        else try_on_member(receipt, version=version, member=form.member)
        for version in versions
    ]
    sums = [_sums(trial) for trial in trials]
    titles = [line.item.name if line.item else _("Amount") for line in lines]
    return [_panel(trial, own, titles=titles, all_sums=sums) for trial, own in zip(trials, sums, strict=True)]


def _panel(trial: Trial, own: dict[str, str], *, titles: list[str], all_sums: list[dict[str, str]]) -> TrialPanel:
    explained, quote = trial.explained, trial.quote
    is_draft = trial.version.status == ProgramVersion.Status.DRAFT
    words = {"number": trial.version.number, "state": trial.version.get_status_display()}
    return TrialPanel(
        title=_("Draft %(number)s") % words if is_draft else _("Version %(number)s") % words,
        tier="" if quote.tier is None else tier_title(trial.program, quote.tier),
        sums=tuple((name, text, all(sums.get(name) == text for sums in all_sums)) for name, text in own.items()),
        lines=tuple(
            (title, money_text(line.price_kopecks), explained.lines[line.position])
            for title, line in zip(titles, quote.lines, strict=True)
        ),
        notes=(*explained.discounts, *explained.spend, *explained.earnings, *explained.receipt),
        skipped=explained.skipped,
    )


def _sums(trial: Trial) -> dict[str, str]:
    quote = trial.quote
    cap = {"limit": number_text(quote.spend.limit), "cap": percent_text(quote.spend.cap_bp)}
    return {
        _("Amount of the receipt"): money_text(quote.total_kopecks),
        _("Discount"): money_text(-quote.discount_kopecks),
        _("Points may pay"): _("%(limit)s (%(cap)s)") % cap,
        _("Paid with points"): number_text(-quote.spend.points),
        _("To pay"): money_text(quote.money_kopecks),
        _("Will be given"): signed_text(quote.earned_points),
    }


def _show(
    request: HttpRequest,
    version: ProgramVersion,
    *,
    form: TrialForm | None = None,
    lines: list[TrialLine] | None = None,
    panels: list[TrialPanel] | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": _("Trial"),
        "is_nav_sidebar_enabled": False,
        "version": version,
        "form": form,
        "lines": lines or [],
        "panels": panels or [],
        "patient": form.found if form is not None else None,
        "notice": notice,
        "member_fields": [form[name] for name in MEMBER if name in form.fields] if form else [],
        "suggested": lines[0].price_list.suggested if lines else [],
    }
    return render(request, "loyalty/program_page/try.html", context, status=status)
