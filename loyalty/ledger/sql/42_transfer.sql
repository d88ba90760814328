-- Moves units to another account: lots are made anew there with their dates and name their origin; the rolling
-- date becomes the later of the two. All (p_units null) includes what is pending and the debt; a number takes
-- what could be spent, soonest day first, and refuses as a spend does. A lapsed account first burns what is past
-- its day, so that the later date cannot bring it back. Locks both accounts in id order.
-- Returns the figures of the account that gives.
drop function if exists ledger_transfer;
create function ledger_transfer(
  p_from bigint,
  p_to bigint,
  p_units bigint,           -- null: everything
  p_key text,
  p_at timestamptz,
  p_recorded_at timestamptz,
  p_actor bigint,
  p_reason text,
  p_explanation jsonb,
  p_source text,
  p_program_version bigint,
  out posted_id bigint, out entry_units bigint, out new_balance bigint, out new_pending bigint,
  out new_debt bigint, out is_duplicate boolean, out refusal text, out refusal_units bigint)
language plpgsql as $$
declare
  v_from loyalty_account;
  v_to loyalty_account;
  v_given bigint;           -- entry of the account that gives
  v_received bigint;        -- entry of the account that receives
  v_wanted bigint;
  v_moved bigint;
  v_moved_pending bigint;
  v_debt bigint;
begin
  perform ledger_lock_account(least(p_from, p_to));
  perform ledger_lock_account(greatest(p_from, p_to));
  select d.* from ledger_duplicate(p_key, 'TRANSFER', p_from, -p_units, null, null) d
    into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
  if posted_id is not null then
    perform 1 from loyalty_entry e where e.operation_id = posted_id and e.account_id = p_to;
    if not found then
      refusal := 'KEY_REUSED';
    end if;
    return;
  end if;

  select * into v_from from loyalty_account where id = p_from;
  if p_units is not null and (v_from.debt > 0 or ledger_spendable(p_from, p_at) < p_units) then
    new_debt := v_from.debt;
    refusal := case when new_debt > 0 then 'ACCOUNT_IN_DEBT' else 'INSUFFICIENT_POINTS' end;
    refusal_units := ledger_spendable(p_from, p_at);
    return;
  end if;

  perform ledger_burn_lapsed(p_from, p_key || ':burn-from', p_at, p_recorded_at, p_source);
  perform ledger_burn_lapsed(p_to, p_key || ':burn-to', p_at, p_recorded_at, p_source);
  select * into v_from from loyalty_account where id = p_from;
  select * into v_to from loyalty_account where id = p_to;
  v_debt := case when p_units is null then v_from.debt else 0 end;
  v_wanted := coalesce(p_units, v_from.balance + v_from.pending);

  insert into loyalty_operation
    (key, kind, source, actor_id, reason, effective_at, recorded_at, explanation, program_version_id)
  values
    (p_key, 'TRANSFER', p_source, p_actor, p_reason, p_at, p_recorded_at, p_explanation, p_program_version)
  returning id into posted_id;
  entry_units := v_debt - v_wanted;
  insert into loyalty_entry (operation_id, account_id, units) values (posted_id, p_from, entry_units)
  returning id into v_given;
  insert into loyalty_entry (operation_id, account_id, units) values (posted_id, p_to, -entry_units)
  returning id into v_received;

  with open as (
    select l.*, sum(remaining) over (order by ledger_ends_at(expires_at, never_burns, v_from.rolling_expires_at), id)
                  - remaining as before
      from loyalty_lot l
     where account_id = p_from and remaining > 0
       and (p_units is null
            or is_released and ledger_ends_at(expires_at, never_burns, v_from.rolling_expires_at) > p_at)
  ), share as materialized (
    select open.*, least(remaining, v_wanted - before)::bigint as units from open where before < v_wanted
  ), lowered as (
    update loyalty_lot l set remaining = l.remaining - share.units from share where l.id = share.id
  ), taken as (
    insert into loyalty_allocation (entry_id, lot_id, units) select v_given, id, -units from share order by before
  ), made as (
    insert into loyalty_lot
      (account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at, never_burns,
       origin_lot_id)
    select p_to, v_received, units, units, is_released, available_at, last_day, expires_at, never_burns, id
      from share order by before
  )
  select coalesce(sum(units) filter (where is_released), 0), coalesce(sum(units) filter (where not is_released), 0)
    into v_moved, v_moved_pending from share;

  if v_debt > 0 then
    insert into loyalty_allocation (entry_id, lot_id, units) values (v_given, null, v_debt), (v_received, null, -v_debt);
  end if;
  update loyalty_account
     set balance = balance + v_moved, pending = pending + v_moved_pending, debt = debt + v_debt,
         rolling_until = greatest(rolling_until, v_from.rolling_until),
         rolling_expires_at = greatest(rolling_expires_at, v_from.rolling_expires_at),
         rolling_months = greatest(rolling_months, v_from.rolling_months)
   where id = p_to;
  update loyalty_account
     set balance = balance - v_moved, pending = pending - v_moved_pending, debt = debt - v_debt
   where id = p_from
  returning balance, pending, debt into new_balance, new_pending, new_debt;
  perform ledger_pay_debt(p_to, v_received, null, p_at);
  is_duplicate := false;
end $$;
