"""Lines of a trial receipt as they are typed: a service, a category or a plain amount, a price, a doctor."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Doctor, Service, ServiceCategory
from clinics.money import to_kopecks
from loyalty.checkout.draft import DraftLine
from loyalty.program_page.fields import NumberField, WholeField
from loyalty.rules.shapes import decimal_of

FEWEST_ROWS, MOST_ROWS = 3, 30
MOST_ROUBLES = 10_000_000
MOST_QUANTITY = 99
MOST_SUGGESTED = 300
MOST_NAMED = 5


class PriceList:
    """All that a line may name, read when the first line asks: two queries and one for the doctors."""

    @cached_property
    def services(self) -> list[Service]:
        return list(Service.objects.filter(is_active=True).order_by("name", "id"))

    @cached_property
    def categories(self) -> list[ServiceCategory]:
        return list(ServiceCategory.objects.order_by("name", "id"))

    @cached_property
    def doctors(self) -> list[tuple[str, str]]:
        rows = Doctor.objects.filter(is_active=True).order_by("name", "id").values_list("id", "name")
        return [(str(doctor_id), name) for doctor_id, name in rows]

    @cached_property
    def suggested(self) -> list[str]:
        """Names for the list under the field; of a long price list the categories alone."""
        names = [category.name for category in self.categories]
        return names + (
            [service.name for service in self.services] if len(self.services) <= MOST_SUGGESTED else []
        )

    def find(self, text: str) -> list[Service | ServiceCategory]:
        """What has this name or code, a service first; else all that contain the text."""
        wanted = text.casefold()
        items: list[Service | ServiceCategory] = [*self.services, *self.categories]
        exact = [item for item in items if wanted in (item.code.casefold(), item.name.casefold())]
        return exact[:1] or [item for item in items if wanted in item.name.casefold()]


class RoublesField(forms.CharField):
    """Kopecks of what is typed; None when empty."""

    widget = forms.TextInput({"inputmode": "decimal", "size": "10"})

    def clean(self, value: Any) -> Any:
        number = NumberField().read(value)
        if isinstance(number, int | str):
            roubles = decimal_of(number)
            if roubles is None or not 0 <= roubles <= MOST_ROUBLES:
                raise forms.ValidationError(
                    _("This is not an amount from 0 to %(most)s roubles.") % {"most": MOST_ROUBLES}
                )
            return to_kopecks(roubles)
        return None


class CountField(forms.CharField):
    """A whole number between two bounds; `otherwise` when empty."""

    widget = forms.TextInput({"inputmode": "numeric", "size": "6"})

    def __init__(self, *, least: int = 0, most: int, otherwise: int | None = None, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.least, self.most, self.otherwise = least, most, otherwise

    def clean(self, value: Any) -> Any:
        number = WholeField().read(value)
        if isinstance(number, int) and self.least <= number <= self.most:
            return number
        if isinstance(number, int | str):
            words = {"least": self.least, "most": self.most}
            raise forms.ValidationError(_("A whole number from %(least)s to %(most)s is needed here.") % words)
        return self.otherwise


class TrialLine(forms.Form):
    """A row with nothing in it is no line."""

    what = forms.CharField(
        label=gettext_lazy("Service or category"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"list": "trial-items", "autocomplete": "off"}),
    )
    price = RoublesField(label=gettext_lazy("Price"), required=False)
    quantity = CountField(label=gettext_lazy("Pieces"), least=1, most=MOST_QUANTITY, otherwise=1, initial="1")
    doctor = forms.ChoiceField(label=gettext_lazy("Doctor"), required=False)

    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None, *, prefix: str, price_list: PriceList) -> None:
        super().__init__(data, prefix=prefix)
        self.price_list = price_list
        self.item: Service | ServiceCategory | None = None
        self.fields["price"].unit = "₽"  # type: ignore[attr-defined]
        if price_list.doctors:
            self.fields["doctor"].choices = [("", _("not named")), *price_list.doctors]  # type: ignore[attr-defined]
        else:
            del self.fields["doctor"]

    @property
    def is_empty(self) -> bool:
        return not (self["what"].value() or self["price"].value())

    def clean_what(self) -> str:
        text: str = self.cleaned_data["what"].strip()
        if not text:
            return text
        found = self.price_list.find(text)
        if len(found) != 1:
            raise forms.ValidationError(_ambiguous(found) if found else _("There is no such service or category."))
        self.item = found[0]
        return self.item.name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        needs_price = not isinstance(self.item, Service) and "what" in data
        if needs_price and data.get("price") is None and "price" not in self.errors and not self.is_empty:
            self.add_error("price", _("Type the amount."))
        return data

    def drafted(self) -> DraftLine:
        """Of a row that is valid and not empty."""
        data, item = self.cleaned_data, self.item
        price = data["price"]
        if price is None and isinstance(item, Service):
            price = to_kopecks(item.price)
        return DraftLine(
            price_kopecks=price * data["quantity"],
            service_id=item.pk if isinstance(item, Service) else None,
            category_id=item.pk if isinstance(item, ServiceCategory) else None,
            quantity=data["quantity"],
            doctor_id=int(data["doctor"]) if data.get("doctor") else None,
        )


def make_lines(data: Mapping[str, Any] | None, *, price_list: PriceList) -> list[TrialLine]:
    """Three rows to begin with, later as many as were sent and one more when asked."""
    count = FEWEST_ROWS
    if data is not None:
        sent = str(data.get("rows", ""))
        asked = int(sent) if sent.isdecimal() and len(sent) < 4 else 0  # digits of MOST_ROWS and one
        count = min(MOST_ROWS, max(count, asked + ("again" in data)))
    return [TrialLine(data, prefix=f"line{number}", price_list=price_list) for number in range(count)]


def _ambiguous(found: list[Service | ServiceCategory]) -> str:
    names = ", ".join(item.name for item in found[:MOST_NAMED])
    return _("Several fit: %(names)s. Type the whole name.") % {"names": names}
