-- The lots an entry made on its account and those that continue them (given back after their day).
drop function if exists ledger_lots_of_entry;
create function ledger_lots_of_entry(p_entry bigint) returns setof bigint
language sql stable as $$
  with recursive own as (
    select id, account_id from loyalty_lot where entry_id = p_entry
    union all
    select l.id, l.account_id from loyalty_lot l join own on l.origin_lot_id = own.id and l.account_id = own.account_id
  )
  select id from own
$$;

-- Takes earned units back: from the lots that operation made, pending or not, then from the other open lots,
-- soonest day first. The rest goes by the policy:
--   DEBT          is booked as debt, paid by what is earned next
--   ZERO          is written down: the operation answers for it, nobody owes it
--   OWN_ONLY      as ZERO, and only what is left in the operation's own lots is taken
--   PENDING_ONLY  as ZERO, and only what is still pending in the operation's own lots is taken
-- Burnt units of the own lots count as already taken and are set off first: of 500 earned, 300 spent and
-- 200 burnt, a take back of 250 takes 50 and the next one of 250 takes 250. `burnt_units` of the operation
-- keeps what was set off, so that slices add up to one take back of the whole.
-- Refuses with NOTHING_TO_REVERSE or REVERSAL_TOO_LARGE (refusal_units: what can still be taken back).
drop function if exists ledger_take_back;
create function ledger_take_back(
  p_operation bigint,       -- EARN, GIFT, OPENING or credit ADJUST
  p_units bigint,
  p_key text,
  p_policy text,
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
  v_earned record;
  v_account loyalty_account;
  v_own bigint[];
  v_before bigint;          -- units earlier slices answered for
  v_set_off bigint;         -- burnt units set off by this slice
  v_wanted bigint;
  v_taken bigint;
  v_taken_pending bigint;
  v_booked bigint := 0;
  v_entry bigint;
begin
  select e.id, e.account_id, e.units into v_earned
    from loyalty_operation o join loyalty_entry e on e.operation_id = o.id
   where o.id = p_operation and o.kind in ('EARN', 'GIFT', 'OPENING', 'ADJUST') and e.units > 0;
  if not found then
    refusal := 'NOTHING_TO_REVERSE';
    refusal_units := 0;
    return;
  end if;

  v_account := ledger_lock_account(v_earned.account_id);
  select d.* from ledger_duplicate(p_key, 'TAKE_BACK', v_earned.account_id, null, p_operation, p_units) d
    into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
  if posted_id is not null then
    return;
  end if;

  select coalesce(sum(reversed_units), 0), coalesce(sum(burnt_units), 0) into v_before, v_set_off
    from loyalty_operation where reversal_of_id = p_operation;
  if v_before + p_units > v_earned.units then
    refusal := case when v_before = v_earned.units then 'NOTHING_TO_REVERSE' else 'REVERSAL_TOO_LARGE' end;
    refusal_units := v_earned.units - v_before;
    return;
  end if;

  v_own := array(select ledger_lots_of_entry(v_earned.id));
  select least(p_units, coalesce(sum(-a.units), 0) - v_set_off) into v_set_off
    from loyalty_lot l
    join loyalty_allocation a on a.lot_id = l.id
    join loyalty_entry e on e.id = a.entry_id
    join loyalty_operation o on o.id = e.operation_id
   where l.id = any(v_own) and l.burnt_at is not null and o.kind = 'BURN';
  v_wanted := p_units - v_set_off;

  insert into loyalty_operation
    (key, kind, source, actor_id, reason, effective_at, recorded_at, explanation,
     program_version_id, reversal_of_id, reversed_units, burnt_units)
  values
    (p_key, 'TAKE_BACK', p_source, p_actor, p_reason, p_at, p_recorded_at, p_explanation,
     p_program_version, p_operation, p_units, v_set_off)
  returning id into posted_id;

  -- The entry's units are known only after the lots are read; its id is needed by their allocations.
  v_entry := nextval(pg_get_serial_sequence('loyalty_entry', 'id'));
  with open as (
    select id, remaining, is_released,
           sum(remaining) over (order by id = any(v_own) desc,
                                         ledger_ends_at(expires_at, never_burns, v_account.rolling_expires_at), id)
             - remaining as before
      from loyalty_lot
     where account_id = v_account.id and remaining > 0
       and case when p_policy = 'PENDING_ONLY' then id = any(v_own) and not is_released
                else id = any(v_own)
                     or p_policy <> 'OWN_ONLY' and is_released and ledger_ends_at(expires_at, never_burns, v_account.rolling_expires_at) > p_at end
  ), share as materialized (
    select id, is_released, least(remaining, v_wanted - before)::bigint as units, before
      from open where before < v_wanted
  ), lowered as (
    update loyalty_lot l set remaining = l.remaining - share.units from share where l.id = share.id
  ), allocated as (
    insert into loyalty_allocation (entry_id, lot_id, units) select v_entry, id, -units from share order by before
  )
  select coalesce(sum(units), 0), coalesce(sum(units) filter (where not is_released), 0)
    into v_taken, v_taken_pending from share;

  if p_policy = 'DEBT' and v_taken < v_wanted then
    v_booked := v_wanted - v_taken;
    insert into loyalty_allocation (entry_id, lot_id, units) values (v_entry, null, -v_booked);
  end if;
  entry_units := -(v_taken + v_booked);
  insert into loyalty_entry (id, operation_id, account_id, units)
  values (v_entry, posted_id, v_account.id, entry_units);
  update loyalty_account
     set balance = balance - (v_taken - v_taken_pending), pending = pending - v_taken_pending, debt = debt + v_booked
   where id = v_account.id
  returning balance, pending, debt into new_balance, new_pending, new_debt;
  is_duplicate := false;
end $$;
