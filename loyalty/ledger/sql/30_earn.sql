-- Adds lots to an account: EARN, GIFT, OPENING or a credit ADJUST. A debt is paid first, from the lots that
-- arrive released. With a rolling date given the act is a payment: a lapsed account first burns what is past
-- its day, then the date becomes the later of the stored and the given one.
-- The usual act (one lot, no debt, not lapsed) locks and changes the account in one statement.
drop function if exists ledger_earn;
create function ledger_earn(
  p_account bigint,
  p_key text,
  p_kind text,
  p_points bigint,          -- the first lot
  p_last_day date,
  p_expires_at timestamptz,
  p_available_at timestamptz,   -- null: at once
  p_never_burns boolean,
  p_waits_for_visit boolean,    -- until ledger_close_visit; then without days
  p_more_lots jsonb,        -- null, or the others: [{"points", "last_day", "expires_at", ...}, ...]
  p_rolling_until date,
  p_rolling_expires_at timestamptz,
  p_rolling_months bigint,     -- since a payment: what the date was reckoned by
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
  v_entry bigint;
  v_is_released boolean := not p_waits_for_visit and coalesce(p_available_at, p_at) <= p_at;
begin
  insert into loyalty_operation
    (key, kind, source, actor_id, reason, effective_at, recorded_at, explanation, program_version_id)
  values
    (p_key, p_kind, p_source, p_actor, p_reason, p_at, p_recorded_at, p_explanation, p_program_version)
  on conflict (key) do nothing
  returning id into posted_id;

  if posted_id is null then
    select d.* from ledger_duplicate(p_key, p_kind, p_account, p_points + ledger_points_of(p_more_lots), null, null) d
      into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
    return;
  end if;

  update loyalty_account
     set balance = balance + case when v_is_released then p_points else 0 end,
         pending = pending + case when v_is_released then 0 else p_points end,
         rolling_until = greatest(rolling_until, p_rolling_until),
         rolling_expires_at = greatest(rolling_expires_at, p_rolling_expires_at),
         rolling_months = coalesce(p_rolling_months, rolling_months)
   where id = p_account and debt = 0 and p_more_lots is null
     and (p_rolling_expires_at is null or rolling_expires_at is null or rolling_expires_at > p_at)
  returning balance, pending, debt into new_balance, new_pending, new_debt;

  is_duplicate := false;
  if found then
    insert into loyalty_entry (operation_id, account_id, units)
    values (posted_id, p_account, p_points)
    returning id into v_entry;
    insert into loyalty_lot
      (account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at,
       never_burns)
    values
      (p_account, v_entry, p_points, p_points, v_is_released,
       case when not p_waits_for_visit then coalesce(p_available_at, p_at) end, p_last_day, p_expires_at,
       p_never_burns);
    entry_units := p_points;
    return;
  end if;

  perform ledger_lock_account(p_account);
  if p_rolling_expires_at is not null then
    perform ledger_burn_lapsed(p_account, p_key || ':burn', p_at, p_recorded_at, p_source);
  end if;
  entry_units := ledger_add_lots(
    posted_id, p_account, p_at, p_rolling_until, p_rolling_expires_at, p_rolling_months,
    jsonb_build_array(jsonb_build_object(
      'points', p_points, 'last_day', p_last_day, 'expires_at', p_expires_at, 'available_at', p_available_at,
      'never_burns', p_never_burns, 'waits_for_visit', p_waits_for_visit))
    || coalesce(p_more_lots, '[]'));
  select balance, pending, debt into new_balance, new_pending, new_debt from loyalty_account where id = p_account;
end $$;
