"""Files that somebody has uploaded to be imported: what they would do, how far one is, what it has come to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models.background_run import BackgroundRun


class RowOutcome(models.TextChoices):
    """What becomes of a row of the file; ABSENT is a row that the portal has and the file has not."""

    NEW = "NEW", _("new")
    CHANGED = "CHANGED", _("to be changed")
    SAME = "SAME", _("without change")
    SKIPPED = "SKIPPED", _("not paid")
    REFUSED = "REFUSED", _("with an error")
    ABSENT = "ABSENT", _("not in the file")


class ImportRun(BackgroundRun):
    """One file: read and looked through first, written when somebody has confirmed it.

    Done and total are rows of the file. The file and its rows are personal data and are deleted once they have
    served (`cleared_at`); the counts stay.
    """

    class Kind(models.TextChoices):
        PATIENTS = "PATIENTS", _("patients")
        RECEIPTS = "RECEIPTS", _("receipts")
        PRICES = "PRICES", _("price list")

    class Step(models.TextChoices):
        PREVIEW = "PREVIEW", _("preview")
        WRITE = "WRITE", _("writing")

    kind = models.CharField(_("what is imported"), max_length=8, choices=Kind)
    step = models.CharField(_("step"), max_length=7, choices=Step, default=Step.PREVIEW)
    # The price list belongs to the whole network.
    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, null=True, related_name="+", verbose_name=_("clinic")
    )
    source = models.SlugField(_("previous system"), max_length=40, blank=True)
    program_version = models.ForeignKey(
        "loyalty.ProgramVersion", models.PROTECT, null=True, related_name="+", verbose_name=_("program version")
    )
    creates_categories = models.BooleanField(_("creates categories"), default=False)
    file_name = models.CharField(_("file"), max_length=200)
    # Pairs of a column's code and what the file calls it, in the order of the file.
    titles = models.JSONField(default=list)
    counts = models.JSONField(_("counts"), default=dict)
    # Rows by outcome, as the preview has found them.
    outcomes = models.JSONField(default=dict)
    # Why the whole file can't be read: a code and its data.
    refusal = models.JSONField(null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    cleared_at = models.DateTimeField(_("data deleted"), null=True)

    class Meta:
        verbose_name = _("import of a file")
        verbose_name_plural = _("imports of files")
        default_permissions = ()
        permissions = [("import_people", "Can import patients and receipts from a file")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="PRICES", clinic=None, source="", program_version=None)
                | (~Q(kind="PRICES") & ~Q(source="") & Q(clinic__isnull=False, program_version__isnull=False)),
                name="import_of_people_has_clinic",
            ),
            models.CheckConstraint(
                condition=Q(step="PREVIEW", confirmed_at=None) | Q(step="WRITE", confirmed_at__isnull=False),
                name="import_writes_when_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(refusal=None) | Q(state="FAILED"), name="import_refused_has_failed"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "-id"], name="import_by_clinic"),
            models.Index(fields=["id"], condition=Q(state__in=["WAITING", "RUNNING"]), name="import_due"),
            models.Index(fields=["id"], condition=Q(cleared_at=None), name="import_with_data"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"

    @property
    def is_previewed(self) -> bool:
        """Waits for somebody to confirm it."""
        return self.step == self.Step.PREVIEW and self.state == self.State.DONE


class ImportFile(models.Model):
    """The uploaded bytes, apart from the run: lists never read them."""

    run = models.OneToOneField(ImportRun, models.PROTECT, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.run_id)


class ImportRow(models.Model):
    """A row of the file as it is shown before the import: all with an error, and the first of the others."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=RowOutcome)
    # Texts in the order of the run's titles.
    cells = models.JSONField(default=list)
    # Column -> what stands in the portal until now; empty where there is nothing.
    earlier = models.JSONField(default=dict)
    # Column, code and data of each.
    faults = models.JSONField(default=list)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        default_permissions = ()
        indexes = [
            models.Index(fields=["run", "id"], name="import_rows"),
            models.Index(fields=["run", "outcome", "id"], name="import_rows_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.number}"
