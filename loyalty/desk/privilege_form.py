"""Codes of privileges on the receipt: scanned or typed, with what is wrong said at their field."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics import clock
from clinics.number_texts import day_text
from loyalty.privileges.code_names import read_key, shown_code
from loyalty.privileges.using import PresentedCode, PrivilegeRefused, WhyNot

MOST_CODES = 5
LONGEST_ENTRY = 40


@dataclass(frozen=True, slots=True)
class ShownPrivilege:
    key: str
    code: str
    title: str = ""  # empty until a quote has read it


@dataclass(slots=True)
class PrivilegeForm:
    """`keys` are on the receipt; `entry` is what was typed for the next one."""

    keys: list[str] = field(default_factory=list)
    entry: str = ""
    error: str = ""
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[ShownPrivilege]:
        language = get_language() or ""
        return [ShownPrivilege(key, shown_code(key, language), self.titles.get(key, "")) for key in self.keys]

    def refuse(self, refusal: PrivilegeRefused) -> None:
        """Take the code off the receipt again; it stays typed, with the reason under it."""
        self.keys = [key for key in self.keys if key != refusal.key]
        self.entry = shown_code(refusal.key, get_language() or "")
        self.error = refused_text(refusal)

    def put_titles(self, presented: Sequence[PresentedCode]) -> None:
        language = get_language() or ""
        self.titles = {each.code.key: each.code.privilege.title_in(language) for each in presented}


def read_privilege_form(data: QueryDict) -> PrivilegeForm:
    """The codes of the posted form; one that was scanned into the field for services counts too. No query."""
    dropped = data.get("drop_privilege", "")
    posted = [read_key(text) for text in data.getlist("privilege")]
    form = PrivilegeForm(keys=[key for key in dict.fromkeys(posted) if key and key != dropped])
    scanned = [data.get("use_privilege", ""), data.get("entry", "")]
    form.keys += [key for text in scanned if (key := read_key(text)) and key not in form.keys]
    form.entry = data.get("privilege_entry", "").strip()[:LONGEST_ENTRY]
    if form.entry:
        _add_entry(form)
    if len(form.keys) > MOST_CODES:
        form.error = _("A receipt takes at most %(count)s codes.") % {"count": MOST_CODES}
    return form


def _add_entry(form: PrivilegeForm) -> None:
    key = read_key(form.entry)
    if not key:
        text = _("“%(text)s” is no reward code: it has two letters and digits, like %(example)s. Check it.")
        form.error = text % {"text": form.entry, "example": shown_code("YU4821", get_language() or "")}
        return
    if key not in form.keys:
        form.keys.append(key)
    form.entry = ""


def unknown_text(key: str) -> str:
    code = shown_code(key, get_language() or "")
    return _("There is no reward code %(code)s. Compare it with the patient's screen.") % {"code": code}


def refused_text(refusal: PrivilegeRefused) -> str:
    """Why the code can't be used, and what to do."""
    words = {
        "code": shown_code(refusal.key, get_language() or ""),
        "day": day_text(refusal.day, today=clock.now().date()) if refusal.day else "",
        "receipt": refusal.receipt_id,
    }
    match refusal.why:
        case WhyNot.UNKNOWN:
            return unknown_text(refusal.key)
        case WhyNot.FOREIGN:
            return _("Code %(code)s is another patient's. Find its owner or delete the code.") % words
        case WhyNot.USED:
            text = _("Code %(code)s was used on %(day)s, receipt %(receipt)s. Ask for another code.")
            return text % words
        case WhyNot.RETURNED:
            text = _("Code %(code)s was not used in time, its points are back on the balance. Delete the code.")
            return text % words
        case WhyNot.LATE:
            text = _("The last day of code %(code)s was %(day)s. Its points come back by themselves. Delete it.")
            return text % words
        case WhyNot.OTHER_CLINIC:
            return _("Code %(code)s works in other clinics only. Delete it.") % words
