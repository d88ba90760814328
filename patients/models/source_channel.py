"""Where newcomers come from. Each channel has a link and a QR of its own; patients and receipts keep its code."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

# Sources that are no channels of anybody's making.
AT_THE_DESK, BY_A_FRIEND = "desk", "friends"
OWN_SOURCES = {AT_THE_DESK: _("registered at the desk"), BY_A_FRIEND: _("by a friend's link")}


def refuse_own_source(code: str) -> None:
    if code in OWN_SOURCES:
        raise ValidationError(
            _("“%(code)s” is a source of the portal itself. Choose another code."), params={"code": code}
        )


class SourceChannel(models.Model):
    class Kind(models.TextChoices):
        SITE = "SITE", _("site")
        TELEGRAM = "TELEGRAM", _("Telegram")
        INSTAGRAM = "INSTAGRAM", _("Instagram")
        MAPS = "MAPS", _("maps and catalogues")
        PRE_VISIT = "PRE_VISIT", _("message before the visit")
        PARTNER = "PARTNER", _("partner")
        POSTER = "POSTER", _("poster or leaflet")
        OTHER = "OTHER", _("other")

    code = models.SlugField(
        _("code"),
        unique=True,
        validators=[refuse_own_source],
        help_text=_("Stands in the link and cannot be changed later: printed posters lead to it."),
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    clinics = models.ManyToManyField(
        "clinics.Clinic",
        related_name="source_channels",
        verbose_name=_("clinics"),
        help_text=_("Whoever comes by the link belongs to this clinic, or chooses one of these."),
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("The link of a closed channel still leads to the registration, but counts for nothing."),
    )

    class Meta:
        verbose_name = _("source channel")
        verbose_name_plural = _("source channels")

    def __str__(self) -> str:
        return self.name
