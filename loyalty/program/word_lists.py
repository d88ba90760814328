"""Lists inside a sentence: "a, b and c", "a or b", "a, then b"; names in quotation marks."""

from collections.abc import Sequence

from django.utils.translation import gettext as _


def quoted(name: str) -> str:
    return _("“%(name)s”") % {"name": name}


def and_list(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return _("%(first)s and %(last)s") % {"first": ", ".join(items[:-1]), "last": items[-1]}


def or_list(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return _("%(first)s or %(last)s") % {"first": ", ".join(items[:-1]), "last": items[-1]}


def then_list(items: Sequence[str]) -> str:
    """In their order: the first one counts before the next."""
    text = items[0]
    for item in items[1:]:
        text = _("%(earlier)s, then %(later)s") % {"earlier": text, "later": item}
    return text


def plain_list(items: Sequence[str]) -> str:
    """Parted by commas, or by semicolons where a part has a comma of its own."""
    return ("; " if any(", " in item for item in items) else ", ").join(items)
