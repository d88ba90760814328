-- Units in a list of lots as the acts pass it.
drop function if exists ledger_points_of;
create function ledger_points_of(p_lots jsonb) returns bigint
language sql immutable as $$
  select coalesce(sum((lot ->> 'points')::bigint), 0)::bigint from jsonb_array_elements(p_lots) lot
$$;

-- Gives an operation its entry on an account with any number of lots, moves the rolling date forward and pays
-- the debt from what is released. The caller holds the account's lock. Returns the entry's units.
drop function if exists ledger_add_lots;
create function ledger_add_lots(
  p_operation bigint,
  p_account bigint,
  p_at timestamptz,
  p_rolling_until date,
  p_rolling_expires_at timestamptz,
  p_rolling_months bigint,
  p_lots jsonb) returns bigint
language plpgsql as $$
declare
  v_entry bigint;
  v_lots bigint[];
  v_released bigint;
  v_units bigint := ledger_points_of(p_lots);
begin
  insert into loyalty_entry (operation_id, account_id, units)
  values (p_operation, p_account, v_units)
  returning id into v_entry;

  with made as (
    insert into loyalty_lot
      (account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at,
       never_burns)
    select p_account, v_entry, lot.points, lot.points,
           not coalesce(lot.waits_for_visit, false) and coalesce(lot.available_at, p_at) <= p_at,
           case when not coalesce(lot.waits_for_visit, false) then coalesce(lot.available_at, p_at) end,
           lot.last_day, lot.expires_at,
           coalesce(lot.never_burns, false)
      from rows from (
             jsonb_to_recordset(p_lots)
               as (points bigint, last_day date, expires_at timestamptz, available_at timestamptz,
                   never_burns boolean, waits_for_visit boolean)
           ) with ordinality as lot(points, last_day, expires_at, available_at, never_burns, waits_for_visit, position)
     order by lot.position
    returning id, amount, is_released
  )
  select array_agg(id), coalesce(sum(amount) filter (where is_released), 0) into v_lots, v_released from made;

  update loyalty_account
     set balance = balance + v_released,
         pending = pending + v_units - v_released,
         rolling_until = greatest(rolling_until, p_rolling_until),
         rolling_expires_at = greatest(rolling_expires_at, p_rolling_expires_at),
         rolling_months = coalesce(p_rolling_months, rolling_months)
   where id = p_account;

  perform ledger_pay_debt(p_account, v_entry, v_lots, p_at);
  return v_units;
end $$;
