"""The ledger's tables: accounts, operations, entries, lots and allocations.

Only the kernel (`loyalty/ledger/sql/`, called by `loyalty/ledger/posting.py`) writes them; operations,
entries and allocations are append-only by trigger. Units are whole points, kopecks or uses.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    POINTS = "POINTS", _("points")
    KOPECKS = "KOPECKS", _("kopecks")
    USES = "USES", _("uses")


class Account(models.Model):
    """What one owner holds in one unit.

    `balance` is what is left in released lots, `pending` in lots not yet released, `debt` what was taken back
    beyond both. The rolling date is the last day of the lots that have no day of their own and may burn; it was
    reckoned by `rolling_months` since the last payment, and payments go on moving it by as many.
    """

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("patient")
    )
    household = models.ForeignKey(
        "patients.Household", models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("household")
    )
    unit = models.CharField(_("unit"), max_length=7, choices=Unit.choices, default=Unit.POINTS)
    balance = models.BigIntegerField(_("balance"), default=0, db_default=0)
    pending = models.BigIntegerField(_("pending"), default=0, db_default=0)
    debt = models.BigIntegerField(_("debt"), default=0, db_default=0)
    rolling_until = models.DateField(_("rolling date"), null=True, blank=True)
    rolling_expires_at = models.DateTimeField(_("end of the rolling date"), null=True, blank=True)
    rolling_months = models.PositiveSmallIntegerField(_("rolling life, months"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        permissions = [("move_points", _("Can give and take points by hand"))]
        constraints = [
            models.CheckConstraint(
                name="account_has_one_owner",
                condition=Q(patient__isnull=False, household__isnull=True)
                | Q(patient__isnull=True, household__isnull=False),
            ),
            models.UniqueConstraint(name="account_patient_unit", fields=["patient", "unit"]),
            models.UniqueConstraint(name="account_household_unit", fields=["household", "unit"]),
            models.CheckConstraint(name="account_balance_not_negative", condition=Q(balance__gte=0)),
            models.CheckConstraint(name="account_pending_not_negative", condition=Q(pending__gte=0)),
            models.CheckConstraint(name="account_debt_not_negative", condition=Q(debt__gte=0)),
            models.CheckConstraint(
                name="account_rolling_set_together",
                condition=Q(rolling_until__isnull=True, rolling_expires_at__isnull=True)
                | Q(rolling_until__isnull=False, rolling_expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="account_rolling_months_have_a_date",
                condition=Q(rolling_months__isnull=True) | Q(rolling_months__gt=0, rolling_until__isnull=False),
            ),
        ]
        indexes = [
            # Names no balance: a partial index on it would make every posting rewrite the index.
            models.Index(
                name="account_rolling",
                fields=["rolling_expires_at"],
                condition=Q(rolling_expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class OperationKind(models.TextChoices):
    EARN = "EARN", _("earned")
    GIFT = "GIFT", _("gift")
    SPEND = "SPEND", _("spent")
    RETURN = "RETURN", _("spent points returned")
    TAKE_BACK = "TAKE_BACK", _("earned points taken back")
    BURN = "BURN", _("burnt")
    RELEASE = "RELEASE", _("became available")
    VISIT = "VISIT", _("visit closed")
    ADJUST = "ADJUST", _("corrected by hand")
    TRANSFER = "TRANSFER", _("transferred")
    OPENING = "OPENING", _("opening balance")


class Source(models.TextChoices):
    DESK = "DESK", _("desk")
    CABINET = "CABINET", _("cabinet")
    API = "API", _("API")
    IMPORT = "IMPORT", _("import")
    SYSTEM = "SYSTEM", _("system")


class Operation(models.Model):
    """One business act. Its key makes it happen once; a correction is another operation.

    A reversal names its original and answers for `reversed_units` of it; `burnt_units` of those had burnt
    before, so they were not taken a second time.
    """

    key = models.CharField(_("key"), max_length=200)
    kind = models.CharField(_("kind"), max_length=9, choices=OperationKind.choices)
    source = models.CharField(_("source"), max_length=7, choices=Source.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("actor"),
    )
    reason = models.TextField(_("reason"), blank=True)
    effective_at = models.DateTimeField(_("effective at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    reversal_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="reversals",
        verbose_name=_("reversal of"),
    )
    reversed_units = models.BigIntegerField(_("reversed units"), null=True, blank=True)
    burnt_units = models.BigIntegerField(_("units burnt before"), null=True, blank=True)
    explanation = models.JSONField(_("explanation"), null=True, blank=True)
    program_version = models.ForeignKey(
        "loyalty.ProgramVersion",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("program version"),
    )

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        constraints = [
            models.UniqueConstraint(name="operation_key", fields=["key"]),
            models.CheckConstraint(name="operation_kind_known", condition=Q(kind__in=OperationKind.values)),
            models.CheckConstraint(
                name="operation_reversal_complete",
                condition=Q(
                    kind__in=["RETURN", "TAKE_BACK"],
                    reversal_of__isnull=False,
                    reversed_units__gt=0,
                    burnt_units__gte=0,
                    burnt_units__lte=F("reversed_units"),
                )
                | (
                    ~Q(kind__in=["RETURN", "TAKE_BACK"])
                    & Q(reversal_of__isnull=True, reversed_units__isnull=True, burnt_units__isnull=True)
                ),
            ),
        ]
        indexes = [
            models.Index(name="operation_effective", fields=["effective_at"]),
            models.Index(
                name="operation_reversals", fields=["reversal_of"], condition=Q(reversal_of__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """Signed units that an operation moved on one account. Never changes."""

    operation = models.ForeignKey(
        Operation, models.PROTECT, db_index=False, related_name="entries", verbose_name=_("operation")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, db_index=False, related_name="entries", verbose_name=_("account")
    )
    units = models.BigIntegerField(_("units"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(name="entry_operation_account", fields=["operation", "account"]),
        ]
        indexes = [models.Index(name="entry_account", fields=["account", "id"])]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Lot(models.Model):
    """Units earned together, with one last day.

    `last_day` is inclusive in the calendar of the owner's home clinic, `expires_at` the moment it ends; without
    them the lot lives as long as its account's rolling date, unless it was given to burn never. Without
    `available_at` it waits for its visit to be closed, which gives it its days. `origin_lot` is the lot it
    continues.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, db_index=False, related_name="lots", verbose_name=_("account")
    )
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lots", verbose_name=_("entry"))
    amount = models.BigIntegerField(_("amount"))
    remaining = models.BigIntegerField(_("remaining"))
    is_released = models.BooleanField(_("released"))
    available_at = models.DateTimeField(_("available at"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    never_burns = models.BooleanField(_("never burns"), default=False, db_default=False)
    origin_lot = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="continuations",
        verbose_name=_("origin lot"),
    )
    burnt_at = models.DateTimeField(_("burnt at"), null=True, blank=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.CheckConstraint(name="lot_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="lot_remaining_within_amount", condition=Q(remaining__gte=0, remaining__lte=F("amount"))
            ),
            models.CheckConstraint(
                name="lot_day_and_moment_together",
                condition=Q(last_day__isnull=True, expires_at__isnull=True)
                | Q(last_day__isnull=False, expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="lot_without_end_has_no_day_and_never_burnt",
                condition=Q(never_burns=False) | Q(last_day__isnull=True, burnt_at__isnull=True),
            ),
            models.CheckConstraint(
                name="lot_waits_without_days",
                condition=Q(available_at__isnull=False) | Q(is_released=False, last_day__isnull=True),
            ),
            models.CheckConstraint(name="lot_burnt_is_empty", condition=Q(burnt_at__isnull=True) | Q(remaining=0)),
        ]
        indexes = [
            models.Index(name="lot_open", fields=["account", "expires_at", "id"], condition=Q(remaining__gt=0)),
            models.Index(
                name="lot_due",
                fields=["expires_at"],
                condition=Q(remaining__gt=0, expires_at__isnull=False),
            ),
            models.Index(
                name="lot_unreleased",
                fields=["available_at"],
                condition=Q(remaining__gt=0, is_released=False),
            ),
            models.Index(name="lot_origin", fields=["origin_lot"], condition=Q(origin_lot__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Allocation(models.Model):
    """Units an entry took from a lot (negative) or gave back to it (positive).

    Without a lot it is debt: negative booked, positive repaid.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="allocations", verbose_name=_("entry"))
    lot = models.ForeignKey(
        Lot, models.PROTECT, null=True, blank=True, related_name="allocations", verbose_name=_("lot")
    )
    units = models.BigIntegerField(_("units"))

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.CheckConstraint(name="allocation_moves_units", condition=~Q(units=0)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
