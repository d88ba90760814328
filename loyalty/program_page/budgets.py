"""How much of each budget is used in its period, for the page of the version in force."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics.models import Clinic
from clinics.number_texts import money_text, number_text
from loyalty.checkout.limit_use import WARNING_PERCENT
from loyalty.models import LimitUse
from loyalty.rules.compiled import CompiledProgram, EarningRule, Gift, Promotion
from loyalty.rules.limits import Limit, LimitKind, period_start

BudgetPlace = tuple[str, int | None, date]  # rule, clinic, first day of the period


@dataclass(frozen=True, slots=True)
class BudgetUse:
    title: str  # of the rule, and of the clinic whose budget it is
    text: str
    is_nearly_spent: bool  # from 80 percent on


@dataclass(frozen=True, slots=True)
class Budget:
    limit: Limit
    clinic: Clinic | None  # None: of the whole network
    is_money: bool  # kopecks, else points

    def place(self, day: date) -> BudgetPlace:
        clinic_id = self.clinic.pk if self.clinic else None
        return self.limit.rule_code, clinic_id, period_start(self.limit.period, day)


def read_budgets(program: CompiledProgram, *, clinics: Collection[Clinic], day: date) -> list[BudgetUse]:
    """Budgets of the network, and those that the given clinics have each. One query; none without budgets."""
    budgets = list(_budgets(program, clinics=clinics))
    if not budgets:
        return []
    rows = LimitUse.objects.filter(kind=LimitKind.BUDGET.value).values_list(
        "rule_code", "clinic", "period_start", "used"
    )
    used: dict[BudgetPlace, int] = {
        row[:3]: row[3] for row in rows.filter(rule_code__in={budget.limit.rule_code for budget in budgets})
    }
    return [_told(budget, program=program, used=used.get(budget.place(day), 0)) for budget in budgets]


def _budgets(program: CompiledProgram, *, clinics: Collection[Clinic]) -> Iterator[Budget]:
    givers: tuple[EarningRule | Promotion | Gift, ...] = (
        *program.earning.rules,
        *program.discounts.promotions,
        *program.gifts,
    )
    for giver in givers:
        for limit in giver.limits:
            if limit.kind is LimitKind.BUDGET:
                for clinic in clinics if limit.per_clinic else (None,):
                    yield Budget(limit, clinic, is_money=isinstance(giver, Promotion))


def _told(budget: Budget, *, program: CompiledProgram, used: int) -> BudgetUse:
    amount, words = budget.limit.amount, money_text if budget.is_money else number_text
    title = program.titles[budget.limit.rule_code].in_language(get_language() or "")
    text = _("%(used)s of %(amount)s given (%(percent)s %%)") % {
        "used": words(used),
        "amount": words(amount),
        "percent": used * 100 // amount,
    }
    return BudgetUse(
        title=f"{title}, {budget.clinic.name}" if budget.clinic else title,
        text=text,
        is_nearly_spent=used * 100 >= amount * WARNING_PERCENT,
    )
