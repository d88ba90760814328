"""Proves the ledger: every invariant as one set query whose rows are its breaches.

Reads only. Run it on a quiet database or a replica: the queries see one snapshot each. Nothing is trusted that
can be counted again: the stored figures of accounts and lots are compared with allocations and entries.
The first four together prove that balance + pending - debt is the sum of the entries.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

# name -> select account_id, stored, proved
INVARIANTS = {
    "balance_is_left_in_released_lots": """
        select a.id as account_id, a.balance as stored, coalesce(l.units, 0) as proved
          from loyalty_account a
          left join (select account_id, sum(remaining) as units from loyalty_lot
                      where is_released group by account_id) l on l.account_id = a.id
         where a.balance <> coalesce(l.units, 0)""",
    "pending_is_left_in_unreleased_lots": """
        select a.id as account_id, a.pending as stored, coalesce(l.units, 0) as proved
          from loyalty_account a
          left join (select account_id, sum(remaining) as units from loyalty_lot
                      where not is_released group by account_id) l on l.account_id = a.id
         where a.pending <> coalesce(l.units, 0)""",
    "debt_is_booked_and_not_repaid": """
        select a.id as account_id, a.debt as stored, coalesce(b.units, 0) as proved
          from loyalty_account a
          left join (select e.account_id, -sum(x.units) as units
                       from loyalty_allocation x join loyalty_entry e on e.id = x.entry_id
                      where x.lot_id is null group by e.account_id) b on b.account_id = a.id
         where a.debt <> coalesce(b.units, 0)""",
    "entries_add_up_to_what_is_left": """
        select a.id as account_id, coalesce(e.units, 0) as stored,
               coalesce(l.units, 0) + coalesce(b.units, 0) as proved
          from loyalty_account a
          left join (select account_id, sum(units) as units from loyalty_entry group by account_id) e
            on e.account_id = a.id
          left join (select account_id, sum(remaining) as units from loyalty_lot group by account_id) l
            on l.account_id = a.id
          left join (select e.account_id, sum(x.units) as units
                       from loyalty_allocation x join loyalty_entry e on e.id = x.entry_id
                      where x.lot_id is null group by e.account_id) b on b.account_id = a.id
         where coalesce(e.units, 0) <> coalesce(l.units, 0) + coalesce(b.units, 0)""",
    "lot_is_what_was_not_taken_from_it": """
        select l.account_id, l.remaining as stored, l.amount + coalesce(x.units, 0) as proved
          from loyalty_lot l
          left join (select lot_id, sum(units) as units from loyalty_allocation
                      where lot_id is not null group by lot_id) x on x.lot_id = l.id
         where l.remaining <> l.amount + coalesce(x.units, 0)""",
    "entry_is_its_lots_and_allocations": """
        select e.account_id, e.units as stored, coalesce(l.units, 0) + coalesce(x.units, 0) as proved
          from loyalty_entry e
          left join (select entry_id, sum(amount) as units from loyalty_lot group by entry_id) l
            on l.entry_id = e.id
          left join (select entry_id, sum(units) as units from loyalty_allocation group by entry_id) x
            on x.entry_id = e.id
         where e.units <> coalesce(l.units, 0) + coalesce(x.units, 0)""",
    "nothing_is_negative": """
        select id as account_id, least(balance, pending, debt) as stored, 0 as proved
          from loyalty_account where least(balance, pending, debt) < 0
        union all
        select account_id, remaining, amount from loyalty_lot where remaining < 0 or remaining > amount""",
    "lot_burns_once": """
        select l.account_id, (l.burnt_at is not null)::int as stored, coalesce(b.times, 0) as proved
          from loyalty_lot l
          left join (select x.lot_id, count(*) as times
                       from loyalty_allocation x
                       join loyalty_entry e on e.id = x.entry_id
                       join loyalty_operation o on o.id = e.operation_id
                      where o.kind = 'BURN' and x.lot_id is not null group by x.lot_id) b on b.lot_id = l.id
         where (l.burnt_at is not null)::int <> coalesce(b.times, 0)""",
    "reversals_stay_within_the_original": """
        select e.account_id, r.units as stored, abs(e.units) as proved
          from (select reversal_of_id, sum(reversed_units) as units from loyalty_operation
                 where reversal_of_id is not null group by reversal_of_id) r
          join loyalty_entry e on e.operation_id = r.reversal_of_id
         where r.units > abs(e.units)""",
    "reversal_moves_what_it_answers_for": """
        select e.account_id, abs(e.units) as stored, o.reversed_units - o.burnt_units as proved
          from loyalty_operation o join loyalty_entry e on e.operation_id = o.id
         where o.kind = 'RETURN' and e.units <> o.reversed_units
            or o.kind = 'TAKE_BACK' and not -e.units between 0 and o.reversed_units - o.burnt_units""",
    "transfer_gives_what_it_takes": """
        select e.account_id, e.units as stored, e.units - t.units as proved
          from (select e.operation_id, sum(e.units) as units
                  from loyalty_entry e join loyalty_operation o on o.id = e.operation_id
                 where o.kind = 'TRANSFER' group by e.operation_id having sum(e.units) <> 0) t
          join loyalty_entry e on e.operation_id = t.operation_id""",
    "units_stay_on_their_account": """
        select e.account_id, e.account_id as stored, l.account_id as proved
          from loyalty_allocation x
          join loyalty_entry e on e.id = x.entry_id
          join loyalty_lot l on l.id = x.lot_id
         where l.account_id <> e.account_id
        union all
        select e.account_id, e.account_id, l.account_id
          from loyalty_lot l join loyalty_entry e on e.id = l.entry_id
         where l.account_id <> e.account_id""",
    "nothing_waits_for_a_closed_visit": """
        select l.account_id, l.remaining as stored, 0 as proved
          from loyalty_lot l
          join loyalty_entry e on e.id = l.entry_id
          join loyalty_receipt r on r.earn_operation_id = e.operation_id
         where l.available_at is null and r.visit_closed_at is not null""",
    "operation_has_an_entry": """
        select null::bigint as account_id, o.id as stored, 0 as proved
          from loyalty_operation o
         where not exists (select from loyalty_entry e where e.operation_id = o.id)""",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A row that an invariant does not allow. Without an account: an operation that moved nothing, `stored`."""

    invariant: str
    account_id: int | None
    stored: int
    proved: int


def breaches(account_id: int | None = None) -> Iterator[Breach]:
    """All breaches, by invariant and account; of one account, if given."""
    for invariant, query in INVARIANTS.items():
        scope = "" if account_id is None else "where account_id = %s"
        with transaction.atomic(), connection.cursor() as cursor:
            if account_id is None:
                # Whole tables are compared: without fresh statistics the planner may loop over them for hours.
                cursor.execute("set local enable_nestloop = off")
            cursor.execute(
                f"select account_id, stored, proved from ({query}) breach {scope} order by 1, 2, 3",  # noqa: S608
                None if account_id is None else [account_id],
            )
            rows = cursor.fetchall()
            if account_id is None:
                cursor.execute("set local enable_nestloop = on")
        for row in rows:
            yield Breach(invariant, row[0], int(row[1]), int(row[2]))
