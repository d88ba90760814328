"""The dialogs that give and take points by hand. The balance itself is nobody's input."""

from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics import clock
from clinics.number_texts import number_text, points_word
from loyalty.checkout.member_state import NoAccount
from loyalty.ledger.posting import AccountInDebt, InsufficientPoints, KeyReused
from loyalty.manual_points import AboveRole, ManualAct, ManualReason, most_a_day, move_points
from loyalty.models import Standing
from loyalty.program.versions import NoProgram
from loyalty.texts.manual_points import REASON_TITLES
from patients.admin.dialog_page import Button, reason_field, required_actor, show_dialog, to_card
from patients.models import Patient

PERMISSION = "loyalty.move_points"
MOST_TYPED = 1_000_000


class PointsForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, validators=[RegexValidator(r"\A[0-9a-f]{32}\Z")])
    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=1,
        max_value=MOST_TYPED,
        widget=forms.TextInput(attrs={"class": "vIntegerField", "inputmode": "numeric", "autocomplete": "off"}),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("What the patient will read"),
        choices=list(REASON_TITLES.items()),
    )
    comment = reason_field(
        help_text=gettext_lazy("For the staff only; the patient does not see it. No names, no diagnoses."),
    )


def give_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    return _dialog(request, patient=patient, site=site, sign=1)


def take_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """As `give_dialog`."""
    return _dialog(request, patient=patient, site=site, sign=-1)


def _dialog(request: HttpRequest, *, patient: Patient, site: AdminSite, sign: int) -> HttpResponse:
    actor = required_actor(request, PERMISSION)
    standing = Standing.objects.select_related("account").filter(patient=patient).first()
    if standing is None:
        raise Http404
    form = PointsForm(request.POST if request.method == "POST" else None, initial={"key": uuid4().hex})
    if (
        request.method == "POST"
        and form.is_valid()
        and _moved(form, request, patient=patient, actor=actor, sign=sign)
    ):
        return to_card(patient)
    balance, most = standing.account.balance, most_a_day(actor)
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Give points by hand") if sign > 0 else _("Take points by hand"),
        form=form,
        buttons=(Button("move", _("Give points") if sign > 0 else _("Take points")),),
        notes=(
            _("On the balance now: %(points)s.") % {"points": points_word(balance)},
            ngettext(
                "You may move up to %(most)s point a day on one patient's account.",
                "You may move up to %(most)s points a day on one patient's account.",
                most,
            )
            % {"most": number_text(most)},
        ),
    )


def _moved(form: PointsForm, request: HttpRequest, *, patient: Patient, actor: User, sign: int) -> bool:
    """False with the reason beside its field."""
    said = form.cleaned_data
    act = ManualAct(
        patient_id=patient.pk,
        units=sign * said["points"],
        reason=ManualReason(said["category"]),
        comment=said["comment"],
        key=said["key"],
    )
    try:
        posted = move_points(act, actor=actor, at=clock.now())
    except AboveRole as error:
        words = {"most": number_text(error.most), "left": number_text(error.left)}
        form.add_error(
            "points",
            _("Your role moves up to %(most)s a day for one patient; %(left)s are left. Ask whoever may more.")
            % words,
        )
    except InsufficientPoints as error:
        words = {"points": number_text(error.spendable)}
        form.add_error("points", _("Only %(points)s can be taken. Lower the number.") % words)
    except AccountInDebt as error:
        words = {"debt": number_text(error.debt)}
        form.add_error(
            "points", _("There is a debt of %(debt)s: nothing can be taken until it is paid off.") % words
        )
    except KeyReused:
        form.add_error(None, _("This form has been used already. Open the dialog anew."))
    except NoProgram:
        form.add_error(None, _("No program is in force yet: ask the manager to publish one."))
    except NoAccount as error:
        raise Http404 from error
    else:
        words = {"balance": number_text(posted.balance)}
        if posted.is_duplicate:
            messages.info(request, _("Done already by the first click. On the balance: %(balance)s.") % words)
        else:
            messages.success(request, _("Done. On the balance: %(balance)s.") % words)
        return True
    return False
