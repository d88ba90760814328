"""What an import would do and what it has done, in sentences, in the language in force."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import number_text
from loyalty.imports.patient_import import PatientCounts
from loyalty.imports.price_import import PriceCounts
from loyalty.imports.receipt_import import ReceiptCounts

Counts = PatientCounts | ReceiptCounts | PriceCounts


def preview_text(counts: Counts) -> str:
    match counts:
        case PatientCounts():
            return _patients_preview(counts)
        case ReceiptCounts():
            return _receipts_preview(counts)
        case PriceCounts():
            return _sentences([_prices_preview(counts), _new_categories_text(counts), _absent_text(counts)])


def done_text(counts: Counts, *, seconds: float) -> str:
    whole = number_text(round(seconds))
    match counts:
        case PatientCounts():
            done = [_patients_done(counts, seconds=whole), _unchanged_text(counts.unchanged)]
        case ReceiptCounts():
            done = [_receipts_done(counts, seconds=whole)]
        case PriceCounts():
            done = [
                _prices_done(counts, seconds=whole),
                _unchanged_text(counts.unchanged),
                _new_categories_text(counts),
                _absent_text(counts),
            ]
    return _sentences([*done, _refused_text(counts.refused)])


def _sentences(texts: Iterable[str]) -> str:
    return " ".join(text for text in texts if text)


def _patients_preview(counts: PatientCounts) -> str:
    return ngettext(
        "Read %(read)s row: new %(created)s, to update %(updated)s, with errors %(refused)s."
        " Nothing has been written yet.",
        "Read %(read)s rows: new %(created)s, to update %(updated)s, with errors %(refused)s."
        " Nothing has been written yet.",
        counts.read,
    ) % {
        "read": number_text(counts.read),
        "created": number_text(counts.created),
        "updated": number_text(counts.updated),
        "refused": number_text(counts.refused),
    }


def _patients_done(counts: PatientCounts, *, seconds: str) -> str:
    return ngettext(
        "Done in %(seconds)s s: %(written)s patient.",
        "Done in %(seconds)s s: %(written)s patients.",
        counts.written,
    ) % {"seconds": seconds, "written": number_text(counts.written)}


def _receipts_preview(counts: ReceiptCounts) -> str:
    return ngettext(
        "Read %(rows)s row: new receipts %(receipts)s, new contacts %(contacts)s, imported before %(known)s,"
        " unpaid %(unpaid)s, with errors %(refused)s. Nothing has been written yet.",
        "Read %(rows)s rows: new receipts %(receipts)s, new contacts %(contacts)s, imported before %(known)s,"
        " unpaid %(unpaid)s, with errors %(refused)s. Nothing has been written yet.",
        counts.rows,
    ) % {
        "rows": number_text(counts.rows),
        "receipts": number_text(counts.receipts),
        "contacts": number_text(counts.contacts),
        "known": number_text(counts.known),
        "unpaid": number_text(counts.unpaid),
        "refused": number_text(counts.refused),
    }


def _receipts_done(counts: ReceiptCounts, *, seconds: str) -> str:
    return ngettext(
        "Done in %(seconds)s s: %(receipts)s receipt, visits without payment among them %(free)s,"
        " new contacts %(contacts)s, points given %(points)s, imported before %(known)s, unpaid %(unpaid)s.",
        "Done in %(seconds)s s: %(receipts)s receipts, visits without payment among them %(free)s,"
        " new contacts %(contacts)s, points given %(points)s, imported before %(known)s, unpaid %(unpaid)s.",
        counts.receipts,
    ) % {
        "seconds": seconds,
        "receipts": number_text(counts.receipts),
        "free": number_text(counts.free_visits),
        "contacts": number_text(counts.contacts),
        "points": number_text(counts.points),
        "known": number_text(counts.known),
        "unpaid": number_text(counts.unpaid),
    }


def _prices_preview(counts: PriceCounts) -> str:
    return ngettext(
        "Read %(rows)s row: new services %(created)s, to change %(updated)s, without change %(unchanged)s,"
        " with errors %(refused)s. Nothing has been written yet.",
        "Read %(rows)s rows: new services %(created)s, to change %(updated)s, without change %(unchanged)s,"
        " with errors %(refused)s. Nothing has been written yet.",
        counts.rows,
    ) % {
        "rows": number_text(counts.rows),
        "created": number_text(counts.created),
        "updated": number_text(counts.updated),
        "unchanged": number_text(counts.unchanged),
        "refused": number_text(counts.refused),
    }


def _prices_done(counts: PriceCounts, *, seconds: str) -> str:
    return _("Done in %(seconds)s s: new services %(created)s, changed %(updated)s.") % {
        "seconds": seconds,
        "created": number_text(counts.created),
        "updated": number_text(counts.updated),
    }


def _new_categories_text(counts: PriceCounts) -> str:
    if not counts.categories:
        return ""
    return _("New categories: %(count)s.") % {"count": number_text(counts.categories)}


def _absent_text(counts: PriceCounts) -> str:
    if not counts.absent:
        return ""
    return ngettext(
        "%(count)s service is not in the file and stays as it is.",
        "%(count)s services are not in the file and stay as they are.",
        counts.absent,
    ) % {"count": number_text(counts.absent)}


def _unchanged_text(count: int) -> str:
    if not count:
        return ""
    text = ngettext("%(count)s row changed nothing.", "%(count)s rows changed nothing.", count)
    return text % {"count": number_text(count)}


def _refused_text(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)s row with errors.", "%(count)s rows with errors.", count) % {
        "count": number_text(count)
    }
