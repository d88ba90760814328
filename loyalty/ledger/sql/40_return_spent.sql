-- Gives spent units back to the lots they came from, last taken first, dates unchanged. What belongs to a lot
-- that has burnt, or is past its day, comes back as a new lot that names its origin and lives to the grace day.
-- A debt is paid first, from what came back. Any number of slices, never above the original.
-- Refuses with NOTHING_TO_REVERSE or REVERSAL_TOO_LARGE (refusal_units: what can still be returned).
drop function if exists ledger_return_spent;
create function ledger_return_spent(
  p_operation bigint,       -- the SPEND, or debit ADJUST
  p_units bigint,
  p_key text,
  p_grace_last_day date,
  p_grace_expires_at timestamptz,
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
  v_spent record;
  v_account loyalty_account;
  v_before bigint;          -- units returned by earlier slices
  v_entry bigint;
  v_piece record;
  v_lot bigint;
  v_lots bigint[] := '{}';
begin
  select e.id, e.account_id, -e.units as units into v_spent
    from loyalty_operation o join loyalty_entry e on e.operation_id = o.id
   where o.id = p_operation and o.kind in ('SPEND', 'ADJUST') and e.units < 0;
  if not found then
    refusal := 'NOTHING_TO_REVERSE';
    refusal_units := 0;
    return;
  end if;

  v_account := ledger_lock_account(v_spent.account_id);
  select d.* from ledger_duplicate(p_key, 'RETURN', v_spent.account_id, null, p_operation, p_units) d
    into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
  if posted_id is not null then
    return;
  end if;

  select coalesce(sum(reversed_units), 0) into v_before from loyalty_operation where reversal_of_id = p_operation;
  if v_before + p_units > v_spent.units then
    refusal := case when v_before = v_spent.units then 'NOTHING_TO_REVERSE' else 'REVERSAL_TOO_LARGE' end;
    refusal_units := v_spent.units - v_before;
    return;
  end if;

  insert into loyalty_operation
    (key, kind, source, actor_id, reason, effective_at, recorded_at, explanation,
     program_version_id, reversal_of_id, reversed_units, burnt_units)
  values
    (p_key, 'RETURN', p_source, p_actor, p_reason, p_at, p_recorded_at, p_explanation,
     p_program_version, p_operation, p_units, 0)
  returning id into posted_id;
  entry_units := p_units;
  insert into loyalty_entry (operation_id, account_id, units)
  values (posted_id, v_account.id, p_units)
  returning id into v_entry;

  for v_piece in
    select lot.id, least(taken.before + taken.units, v_before + p_units) - greatest(taken.before, v_before) as units,
           lot.burnt_at is not null
             or ledger_ends_at(lot.expires_at, lot.never_burns, v_account.rolling_expires_at) <= p_at as is_past
      from (select id, lot_id, -a.units as units, sum(-a.units) over (order by id desc) + a.units as before
              from loyalty_allocation a where a.entry_id = v_spent.id and a.units < 0) taken
      join loyalty_lot lot on lot.id = taken.lot_id
     where taken.before < v_before + p_units and taken.before + taken.units > v_before
     order by taken.id desc
  loop
    v_lot := v_piece.id;
    if v_piece.is_past then
      insert into loyalty_lot
        (account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at, origin_lot_id)
      values
        (v_account.id, v_entry, v_piece.units, v_piece.units, true, p_at, p_grace_last_day, p_grace_expires_at,
         v_piece.id)
      returning id into v_lot;
    else
      update loyalty_lot set remaining = remaining + v_piece.units where id = v_lot;
      insert into loyalty_allocation (entry_id, lot_id, units) values (v_entry, v_lot, v_piece.units);
    end if;
    v_lots := v_lots || v_lot;
  end loop;

  update loyalty_account set balance = balance + p_units where id = v_account.id;
  perform ledger_pay_debt(v_account.id, v_entry, v_lots, p_at);
  select balance, pending, debt into new_balance, new_pending, new_debt
    from loyalty_account where id = v_account.id;
  is_duplicate := false;
end $$;
