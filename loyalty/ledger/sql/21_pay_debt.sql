-- Pays an account's debt from the given lots, soonest day first. The caller holds the account's lock and
-- made p_entry; the entry's units do not change: what leaves the lots comes back as debt repaid.
drop function if exists ledger_pay_debt;
create function ledger_pay_debt(
  p_account bigint,
  p_entry bigint,
  p_lots bigint[],          -- null: any open lot
  p_at timestamptz) returns void
language plpgsql as $$
declare
  v_account loyalty_account;
begin
  select * into v_account from loyalty_account where id = p_account;
  if v_account.debt = 0 then
    return;
  end if;
  with open as (
    select id, remaining,
           sum(remaining) over (order by ledger_ends_at(expires_at, never_burns, v_account.rolling_expires_at), id)
             - remaining as before
      from loyalty_lot
     where account_id = p_account and remaining > 0 and is_released
       and (p_lots is null or id = any(p_lots))
       and ledger_ends_at(expires_at, never_burns, v_account.rolling_expires_at) > p_at
  ), share as materialized (
    select id, least(remaining, v_account.debt - before)::bigint as units, before
      from open where before < v_account.debt
  ), lowered as (
    update loyalty_lot l set remaining = l.remaining - share.units from share where l.id = share.id
  ), taken as (
    insert into loyalty_allocation (entry_id, lot_id, units)
    select p_entry, id, -units from share order by before
  ), repaid as (
    insert into loyalty_allocation (entry_id, lot_id, units)
    select p_entry, null, sum(units) from share having sum(units) > 0
    returning units
  )
  update loyalty_account a set balance = a.balance - repaid.units, debt = a.debt - repaid.units
    from repaid where a.id = p_account;
end $$;
