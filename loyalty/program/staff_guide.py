"""One page for the staff, made of the program in force: what to say, what points pay, who may do what.

Nothing in it is typed by hand, so it never says another thing than the desk does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics import roles
from loyalty.program.names import read_names
from loyalty.program.sentences import tell_program
from loyalty.program.telling import Reader, Section, Sentence, in_language
from loyalty.program.versions import version_at
from loyalty.program.word_lists import plain_list

Document = Mapping[str, Any]
TOLD_TO_PATIENTS = (Section.WELCOME, Section.EARNING, Section.TIERS, Section.GIFTS)
PAYING = (Section.SPENDING, Section.LIFE)


@dataclass(frozen=True, slots=True)
class GuideChapter:
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffGuide:
    title: str
    number: int  # of the program's version
    chapters: tuple[GuideChapter, ...]


def find_staff_guide(*, at: datetime) -> StaffGuide | None:
    """In the language that is active; None before the first version starts. Two queries."""
    version = version_at(at)
    if version is None:
        return None
    document, names = version.document, read_names(version.document)
    for_patients = tell_program(document, names=names, reader=Reader.PATIENT)
    for_staff = tell_program(document, names=names, reader=Reader.STAFF)
    chapters = (
        GuideChapter(_("At the registration"), tuple(_registration(document))),
        GuideChapter(_("What to say to the patient"), _texts(for_patients, TOLD_TO_PATIENTS)),
        GuideChapter(_("When points pay"), (*_texts(for_patients, PAYING), *_proof(document))),
        GuideChapter(_("Discounts"), (*_texts(for_staff, (Section.DISCOUNTS,)), *_no_discounts(document))),
        GuideChapter(_("Refunds"), _texts(for_staff, (Section.REFUNDS,))),
        GuideChapter(_("Who may do what"), tuple(_rights())),
    )
    return StaffGuide(in_language(document["title"]), version.number, chapters)


def _texts(sentences: Sequence[Sentence], sections: Sequence[Section]) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in sentences if sentence.section in sections)


def _registration(document: Document) -> Iterator[str]:
    yield _("Ask for the phone and the name, read out the consents and tick only what the patient agrees to.")
    if document.get("welcome"):
        yield _("The welcome points come by themselves, once; say until when they work.")
    yield _("Ask who recommended the clinic: a phone, a card or a code like ANNA-7K2.")
    yield _("Whoever would rather register alone scans the QR of a poster.")


def _proof(document: Document) -> Iterator[str]:
    if document["redemption"].get("proof_required", True):
        yield _("Phone or card number is enough to earn. To spend, scan the QR or ask for the code.")


def _no_discounts(document: Document) -> Iterator[str]:
    if "manual" not in document.get("discounts", {}):
        yield _("Discounts by hand do not exist: the desk counts all that the patient has a right to.")


def _rights() -> Iterator[str]:
    for permission, title in RIGHTS.items():
        people = [
            str(roles.ROLE_TITLES[role]).lower()
            for role, permissions in roles.PERMISSIONS_BY_ROLE.items()
            if permission in permissions
        ]
        yield _("%(act)s: %(people)s.") % {"act": title(), "people": plain_list(people)}


RIGHTS: dict[str, Callable[[], str]] = {
    "loyalty.refund_receipt": lambda: _("Refund a receipt"),
    "patients.override_proof": lambda: _("Let a patient spend without a code, with a reason"),
    "loyalty.move_points": lambda: _("Give or take points by hand, with a reason"),
    "loyalty.approve_discount": lambda: _("Approve a discount by hand that another has asked for"),
    "loyalty.grant_manual_tier": lambda: _("Give a tier by hand"),
    "patients.change_inviter": lambda: _("Change who recommended a patient"),
    "loyalty.merge_patients": lambda: _("Merge two cards of one person"),
    "patients.erase_patient": lambda: _("Erase a person's data"),
}
