"""The discount card: a percent by turnover."""

from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from loyalty.program_page.fields import NumberField
from loyalty.program_page.tables import Row, TableBlock
from loyalty.rules.shapes import decimal_of


class CardLevelRow(Row):
    keys: ClassVar[tuple[str, ...]] = ("from_roubles", "percent")

    from_roubles = NumberField(label=_("Payments from"), unit="₽")
    percent = NumberField(label=_("Discount"), unit="%")


class CardLevelsTable(TableBlock):
    heading = _("Levels")
    lead = _("The percent that the patient's payments have reached comes off by itself.")
    row_class = CardLevelRow

    def sort_key(self, row: Row) -> Any:
        numbers = [decimal_of(each.cleaned_data["from_roubles"]) for each in self.kept_rows()]
        own = decimal_of(row.cleaned_data["from_roubles"])
        return (Decimal(0) if None in numbers or own is None else own, self.rows.index(row))
