"""The database itself refuses to rewrite the ledger's past."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from loyalty.models import Account, Allocation, Entry, Lot, Operation
from tests.ledger.accounts import earn, lot, open_account, spend, written

pytestmark = pytest.mark.django_db

REWRITES = {
    "change an operation": lambda: Operation.objects.update(reason="other"),
    "delete an operation": lambda: Operation.objects.all()._raw_delete("default"),
    "change an entry": lambda: Entry.objects.update(units=1),
    "delete an entry": lambda: Entry.objects.all()._raw_delete("default"),
    "change an allocation": lambda: Allocation.objects.update(units=1),
    "delete an allocation": lambda: Allocation.objects.all()._raw_delete("default"),
    "change what a lot was": lambda: Lot.objects.update(amount=999),
    "change a lot's last day": lambda: Lot.objects.update(last_day=date(2030, 1, 1)),
    "move a lot to another account": lambda: Lot.objects.update(account_id=1),
    "delete a lot": lambda: Lot.objects.all()._raw_delete("default"),
    "delete an account": lambda: Account.objects.all()._raw_delete("default"),
}


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES)
def test_the_past_cannot_be_rewritten(rewrite):
    account = open_account()
    earn(account, lot(100, date(2026, 2, 10)), key="earn")
    spend(account, 30, key="spend")
    before = written()

    with pytest.raises(DatabaseError, match="the ledger is append-only"), transaction.atomic():
        rewrite()

    assert written() == before
