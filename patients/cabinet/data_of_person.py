"""Who the patient is to the clinics: themselves, cards, documents, keys of other systems, consents, choices."""

from collections.abc import Callable
from datetime import time

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty.models import FriendGift
from patients.cabinet.data_table import Table, Value, make_table
from patients.models import (
    Card,
    ConsentRecord,
    Patient,
    PatientSourceKey,
    Preferences,
    PublicCode,
    Referral,
    SocialGroupRecord,
)
from patients.source_titles import source_title


def person_table(patient: Patient) -> Table:
    facts: list[tuple[str, str, Value]] = [
        ("last_name", _("Last name"), patient.last_name),
        ("first_name", _("First name"), patient.first_name),
        ("middle_name", _("Middle name"), patient.middle_name),
        ("phone", _("Phone"), patient.phone),
        ("email", _("E-mail"), patient.email),
        ("birth_date", _("Birth date"), patient.birth_date),
        ("sex", _("Sex"), patient.get_sex_display()),
        ("language", _("Language"), patient.get_language_display()),
        ("messages_by", _("Messages come by"), patient.get_preferred_channel_display()),
        ("home_clinic", _("Clinic"), patient.home_clinic.name),
        ("family", _("Family"), patient.household.name if patient.household else None),
        ("source", _("How you came to us"), source_title(patient.source)),
        ("known_since", _("Known to the clinic since"), patient.created_at),
        ("joined_at", _("In the program since"), patient.joined_at),
    ]
    columns = tuple((code, title) for code, title, _value in facts)
    return make_table("person", _("About you"), columns, [tuple(value for _code, _title, value in facts)])


def _cards(ids: list[int]) -> Table:
    cards = Card.objects.filter(patient__in=ids).order_by("pk")
    return make_table(
        "cards",
        _("Cards"),
        (
            ("number", _("Number")),
            ("status", _("State")),
            ("given_at", _("Card given")),
            ("closed_at", _("Card closed")),
        ),
        ((card.number, card.get_status_display(), card.issued_at, card.closed_at) for card in cards),
    )


def _documents(ids: list[int]) -> Table:
    records = SocialGroupRecord.objects.filter(patient__in=ids).select_related("group").order_by("pk")
    return make_table(
        "social_groups",
        _("Documents shown"),
        (
            ("group", _("Group")),
            ("document", _("Document")),
            ("seen_at", _("Seen on")),
            ("valid_until", _("Good until")),
        ),
        ((str(row.group), row.document, row.seen_at, row.valid_until) for row in records),
    )


def _keys(ids: list[int]) -> Table:
    keys = PatientSourceKey.objects.filter(patient__in=ids).order_by("pk")
    return make_table(
        "other_systems",
        _("Numbers in the clinic's other systems"),
        (("system", _("System")), ("number", _("Number"))),
        ((row.source, row.key) for row in keys),
    )


def _consents(ids: list[int]) -> Table:
    return make_table(
        "consents",
        _("Consents"),
        (
            ("at", _("When")),
            ("kind", _("To what")),
            ("channel", _("Channel")),
            ("granted", _("Given")),
            ("source", _("How")),
        ),
        (
            (row.at, row.get_kind_display(), row.channel, row.granted, row.get_source_display())
            for row in ConsentRecord.objects.filter(patient__in=ids).order_by("pk")
        ),
    )


def _choices(ids: list[int]) -> Table:
    rows = Preferences.objects.filter(patient__in=ids).order_by("pk")
    return make_table(
        "choices",
        _("Chosen in the settings"),
        (
            ("shows_services", _("Services in the history")),
            ("quiet_from", _("Quiet from")),
            ("quiet_until", _("Quiet until")),
        ),
        ((row.shows_services, _hour(row.quiet_from), _hour(row.quiet_until)) for row in rows),
    )


def _links(ids: list[int]) -> Table:
    codes = PublicCode.objects.filter(patient__in=ids, kind=PublicCode.Kind.FRIEND).order_by("pk")
    return make_table(
        "friend_links",
        _("Your link for friends"),
        (("code", _("Code")), ("made_at", _("Made on")), ("opened", _("Times opened"))),
        ((row.text, row.created_at, row.opened) for row in codes),
    )


def _friend_gifts(ids: list[int]) -> Table:
    """How much and when; whose visit it was is the friend's."""
    gifts = FriendGift.objects.filter(inviter__in=ids).order_by("pk")
    return make_table(
        "friend_gifts",
        _("Given for friends"),
        (("at", _("When")), ("points", _("Points")), ("undone_at", _("Taken back on"))),
        ((row.given_at, row.points, row.undone_at) for row in gifts),
    )


def _recommended(ids: list[int]) -> Table:
    """That there was somebody; who it was is theirs."""
    edges = Referral.objects.filter(patient__in=ids).order_by("pk")
    return make_table(
        "recommended",
        _("Came by a recommendation"),
        (("written_at", pgettext("recommendation", "Written down on")),),
        ((row.set_at,) for row in edges),
    )


def _hour(value: time | None) -> str | None:
    return f"{value:%H:%M}" if value else None


PERSON_TABLES: tuple[Callable[[list[int]], Table], ...] = (
    _cards,
    _documents,
    _keys,
    _consents,
    _choices,
    _links,
    _friend_gifts,
    _recommended,
)
