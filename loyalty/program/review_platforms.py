"""Where reviews are left: the places that rules and the table of platforms know by these codes."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OWN_FORM = "own-form"
# The names of sites are the same in every language of the interface.
PLATFORMS: tuple[tuple[str, str | Promise], ...] = (
    ("yandex-maps", "Яндекс Карты"),
    ("two-gis", "2ГИС"),
    ("prodoctorov", "ПроДокторов"),
    (OWN_FORM, _("the clinic's own form")),
)


def platform_name(code: str) -> str:
    """The code itself for a place that nobody has named here."""
    return str(dict(PLATFORMS).get(code, code))
