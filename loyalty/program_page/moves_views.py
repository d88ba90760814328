"""Who gets another tier when the version starts: counts where it is published, people on a page of their own."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from clinics.admin_pages import BoundedPaginator
from clinics.models import Clinic
from clinics.number_texts import number_text, signed_text
from clinics.scope import clinics_of
from loyalty.models import ProgramVersion
from loyalty.program.versions import compiled_version
from loyalty.program_page.access import VIEW_PATIENT, find_version, program_view
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.explanations import tier_title
from loyalty.tiers.moves import TierMove, moving_patients, tier_moves

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class TierCount:
    """Members of one tier before and after."""

    title: str
    now: str
    then: str
    change: str  # signed; empty when nobody comes or goes


@dataclass(frozen=True, slots=True)
class ShownMove:
    text: str
    url: str  # to the people


@dataclass(frozen=True, slots=True)
class Moves:
    counts: tuple[TierCount, ...]
    moves: tuple[ShownMove, ...]


def read_moves(version: ProgramVersion, *, old: ProgramVersion | None, at: datetime) -> Moves | None:
    """Over the whole network; None for a program without tiers. Two queries."""
    program = compiled_version(version)
    if not program.tiers:
        return None
    titles = _titles(old) | _titles(version)
    found = tier_moves(program, clinics=list(Clinic.objects.filter(is_active=True)), at=at)
    order = [*dict.fromkeys([*(tier.code for tier in program.tiers), *(move.now for move in found)])]
    return Moves(
        counts=tuple(_count(code, found, titles) for code in order),
        moves=tuple(_shown(move, titles, version) for move in found if move.now != move.then),
    )


@program_view(permission=VIEW_PATIENT)
def program_moves(request: HttpRequest, number: int) -> HttpResponse:
    """The people behind one count, those of the reader's own clinics."""
    version, at = find_version(number), clock.now()
    program, now, then = compiled_version(version), request.GET.get("now", ""), request.GET.get("then", "")
    if then not in program.tier_by_code:
        raise Http404
    patients = moving_patients(program, clinics=list(clinics_of(request.user)), at=at, now=now, then=then)
    people = patients.select_related("home_clinic").order_by("name_key", "id")
    page = BoundedPaginator(people, ON_A_PAGE).get_page(request.GET.get("page"))
    titles = _titles(version)
    context = admin.site.each_context(request) | {
        "title": _("%(now)s → %(then)s") % {"now": titles.get(now, now), "then": titles[then]},
        "is_nav_sidebar_enabled": False,
        "version": version,
        "page": page,
        "address": urlencode({"now": now, "then": then}),
    }
    return render(request, "loyalty/program_page/moves.html", context)


def _titles(version: ProgramVersion | None) -> dict[str, str]:
    program: CompiledProgram | None = compiled_version(version) if version is not None else None
    return {tier.code: tier_title(program, tier.code) for tier in program.tiers} if program else {}


def _count(code: str, found: list[TierMove], titles: dict[str, str]) -> TierCount:
    now = sum(move.members for move in found if move.now == code)
    then = sum(move.members for move in found if move.then == code)
    title = titles.get(code, code) or _("without a tier")
    return TierCount(title, number_text(now), number_text(then), signed_text(then - now) if now != then else "")


def _shown(move: TierMove, titles: dict[str, str], version: ProgramVersion) -> ShownMove:
    words = {
        "now": titles.get(move.now, move.now) or _("without a tier"),
        "then": titles[move.then],
        "count": number_text(move.members),
    }
    url = reverse("admin:program_moves", kwargs={"number": version.number})
    query = urlencode({"now": move.now, "then": move.then})
    return ShownMove(_("%(now)s → %(then)s: %(count)s") % words, f"{url}?{query}")
