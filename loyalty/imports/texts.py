"""Sentences about what is wrong with an imported file, in the language in force."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.imports.faults import FileRefused, RowFault

_FILE: dict[str, Promise] = {
    "cannot_open": _("The file can't be opened: %(reason)s."),
    "empty": _("The file is empty. It needs a first row with the names of the columns."),
    "no_rows": _("The file has no rows under its header."),
    "not_text": _("This is neither a text table nor an Excel workbook. Save it as CSV or .xlsx."),
    "old_excel": _("This is an old Excel file (.xls). Save it as .xlsx or CSV."),
    "wrong_encoding": _(
        "The text is neither UTF-8 nor Windows-1251 (first at byte %(position)s). Save the file as CSV UTF-8."
    ),
    "unknown_header": _(
        "No known column in the first row: “%(header)s”. Expected %(expected)s, separated by “;”, “,” or tabs."
    ),
    "missing_column": _("A column is missing: %(columns)s. The first row has “%(header)s”."),
    "column_twice": _("The column %(column)s stands in the first row twice: “%(header)s”."),
    "broken_csv": _("The table is broken near line %(line)s: %(reason)s. Look for an unclosed quotation mark."),
    "broken_workbook": _("The workbook can't be read (%(reason)s). Open it in Excel and save it again."),
    "not_a_workbook": _("This archive is not an Excel workbook. Save the table as .xlsx or CSV."),
    "zip_bomb": _(
        "The workbook unpacks to too much data (%(megabytes)s MB, the limit is %(limit)s MB). Save it as CSV."
    ),
    "zip_bomb_ratio": _("The workbook is packed suspiciously tightly and is not opened. Save it as CSV."),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it."),
}
_ROW: dict[str, Promise] = {
    "formula": _("A formula is not a value: “%(found)s”. Replace it by its result."),
    "missing": _("The value is missing."),
    "too_long": _("The text is longer than %(limit)s characters."),
    "bad_phone": _("“%(found)s” is not a whole phone number."),
    "bad_slug": _("“%(found)s” is not a code: it takes latin letters, digits, “-” and “_”."),
    "bad_email": _("“%(found)s” is not an e-mail address."),
    "bad_date": _("“%(found)s” is not a date. Write it like 31.12.2025 or 2025-12-31."),
    "in_the_future": _("The date %(found)s is in the future."),
    "too_far": _("The date %(found)s is after %(limit)s. If it means “never”, leave the cell empty."),
    "too_large": _("The amount %(found)s is above a billion roubles."),
    "bad_number": _("“%(found)s” is not a number."),
    "negative": _("The amount is negative: %(found)s."),
    "fraction_of_kopeck": _("The amount %(found)s is not a whole number of kopecks."),
    "not_whole": _("Points are whole numbers: %(found)s."),
    "bad_quantity": _("“%(found)s” is not a quantity between 1 and %(limit)s."),
    "unknown_service": _("The price list has no service “%(found)s”."),
    "unknown_category": _("There is no service category “%(found)s”."),
    "no_such_category": _(
        "There is no service category “%(found)s”. Correct the row, or let the import create new categories."
    ),
    "code_in_row": _("The service %(code)s stands in row %(other_row)s already."),
    "unknown_clinic": _("There is no clinic “%(found)s” among those you work for. Write its code."),
    "spend_in_row": _("The same channel and month stand in row %(other_row)s already."),
    "unknown_doctor": _("The list of doctors has no working doctor “%(found)s”."),
    "unknown_tag": _("There is no tag “%(found)s”."),
    "unknown_social_group": _("There is no social group “%(found)s”."),
    "group_without_document": _("A social group needs the document that has been seen."),
    "document_in_row": _("The document number %(document)s stands in row %(other_row)s already."),
    "document_has_error": _(
        "Another row of the document %(document)s has an error: row %(other_row)s. The whole receipt is left out."
    ),
    "document_taken": _("Another receipt with the document number %(document)s has been imported before."),
    "later_operations": _(
        "The patient's points have moved since (%(moved_on)s): a receipt from before can't be put in between."
    ),
    "bad_percent": _("“%(found)s” is not a percentage between 0 and 100."),
    "bad_flag": _("“%(found)s” is neither yes nor no."),
    "bad_sex": _("“%(found)s” is not a sex. Write f or m."),
    "already_burnt": _("The last day of the balance, %(found)s, has passed."),
    "erased": _("This person's data has been erased at their request; they are not imported again."),
    "phone_taken": _(
        "The phone belongs to another person, patient No. %(patient)s. If they are one family, leave the phone"
        " empty and write it into the column household_phone."
    ),
    "phone_in_row": _(
        "The phone stands in row %(other_row)s already. If they are one family, leave the phone empty and write"
        " it into the column household_phone."
    ),
    "key_in_row": _("The same person stands in row %(other_row)s already."),
    "card_number_in_row": _("The card number stands in row %(other_row)s already."),
    "card_taken": _("The card number belongs to another person, patient No. %(patient)s."),
    "household_unknown": _(
        "Nobody with this phone is known yet. The relative must stand above in the file or in the portal."
    ),
    "opening_differs": _(
        "Another opening balance has been taken over for this person (%(points)s points). Correct it by hand."
    ),
}


def reason_of(fault: RowFault) -> str:
    """Why the row is left out."""
    return str(_ROW[fault.code]) % fault.data


def refusal_of(refused: FileRefused) -> str:
    """Why the whole file is."""
    return str(_FILE[refused.code]) % refused.data
