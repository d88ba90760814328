"""What can be imported: how it is called, who may, which columns its file has."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.imports.columns import Column
from loyalty.imports.patient_rows import COLUMNS as PATIENT_COLUMNS
from loyalty.imports.price_rows import COLUMNS as PRICE_COLUMNS
from loyalty.imports.receipt_rows import COLUMNS as RECEIPT_COLUMNS
from loyalty.models import ImportRun

PEOPLE = frozenset({"loyalty.import_people"})
PRICES = frozenset({"clinics.add_service", "clinics.change_service", "clinics.add_servicecategory"})


@dataclass(frozen=True, slots=True)
class ImportKind:
    """`url` names the page where a file is chosen; `list_url` the list that the rows end up in."""

    kind: str
    title: str | Promise
    lead: str | Promise
    permissions: frozenset[str]
    columns: Sequence[Column]
    url: str
    list_url: str


KINDS = {
    kind.kind: kind
    for kind in (
        ImportKind(
            ImportRun.Kind.PATIENTS,
            _("Import of patients"),
            _(
                "Patients of the previous program with their balances, earlier turnover and discounts. Who is"
                " known already only gets what is still empty on the card."
            ),
            PEOPLE,
            PATIENT_COLUMNS,
            "import_patients",
            "patients_patient_changelist",
        ),
        ImportKind(
            ImportRun.Kind.RECEIPTS,
            _("Import of receipts"),
            _(
                "Receipts of the past, counted by the program as if each had been paid on its day. Bring either"
                " receipts or opening balances, not both: they count the same money."
            ),
            PEOPLE,
            RECEIPT_COLUMNS,
            "import_receipts",
            "loyalty_receipt_changelist",
        ),
        ImportKind(
            ImportRun.Kind.PRICES,
            _("Import of prices"),
            _(
                "Services with their prices. A known code gets the new name, category and price; what is not in"
                " the file stays as it is."
            ),
            PRICES,
            PRICE_COLUMNS,
            "import_prices",
            "clinics_service_changelist",
        ),
    )
}


def kinds_for(user: AbstractBaseUser | AnonymousUser) -> list[ImportKind]:
    """Those that the person may import."""
    return [kind for kind in KINDS.values() if user.has_perms(kind.permissions)]  # type: ignore[union-attr]
