"""That a phone has been in the program, known without the phone."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FormerMember(models.Model):
    """Kept when a member leaves, so that gifts for joining are not given twice.

    Nothing leads from here to the erased row: no key of it, no serial number, no day of leaving.
    """

    mark = models.CharField(_("mark of the phone"), max_length=64, primary_key=True)
    forget_on = models.DateField(_("forgotten on"), db_index=True)

    class Meta:
        verbose_name = _("former member")
        verbose_name_plural = _("former members")

    def __str__(self) -> str:
        return self.mark[:8]
