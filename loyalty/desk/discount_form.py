"""The form by which a discount by hand is given or asked for."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.number_texts import percent_text
from loyalty.checkout.manual_discounts import AboveMost, ApproverNeeded

SHORTEST_REASON = 5


class PersonField(forms.ModelChoiceField):
    """Staff by their names."""

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


class DiscountForm(forms.Form):
    """Percent and reason; who decides is needed only above one's own maximum."""

    percent = forms.DecimalField(
        label=gettext_lazy("Discount, %"),
        min_value=Decimal("0.01"),
        max_value=100,
        decimal_places=2,
        localize=True,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), min_length=SHORTEST_REASON, max_length=200)
    approver = PersonField(
        label=gettext_lazy("Who decides"), queryset=User.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, own_most_bp: int, approvers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(pk__in=[person.pk for person in approvers])
        self.fields["approver"].queryset = people  # type: ignore[attr-defined]
        self.fields["percent"].help_text = _("You may give up to %(most)s yourself.") % {
            "most": percent_text(own_most_bp)
        }
        self.fields["approver"].help_text = _("Needed for more than that.")

    @property
    def rate_bp(self) -> int:
        return int(self.cleaned_data["percent"] * 100)

    def refuse(self, refusal: AboveMost | ApproverNeeded) -> None:
        """Say at the field what the rules refuse."""
        if isinstance(refusal, AboveMost):
            text = _("Nobody may give more than %(most)s. Enter less.") % {"most": percent_text(refusal.most_bp)}
            self.add_error("percent", text)
        elif self.fields["approver"].queryset.exists():  # type: ignore[attr-defined]
            text = _("You may give up to %(most)s yourself. For more choose who decides.")
            self.add_error("approver", text % {"most": percent_text(refusal.own_most_bp)})
        else:
            text = _("You may give up to %(most)s yourself, and nobody at this clinic may give more.")
            self.add_error("percent", text % {"most": percent_text(refusal.own_most_bp)})
