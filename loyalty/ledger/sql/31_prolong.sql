-- A payment that earned nothing: burns what is past its day if the rolling date has passed, then moves the
-- date to the later of the stored and the given one. Repeating it changes nothing.
drop function if exists ledger_prolong;
create function ledger_prolong(
  p_account bigint, p_key text, p_rolling_until date, p_rolling_expires_at timestamptz, p_rolling_months bigint,
  p_at timestamptz, p_recorded_at timestamptz, p_source text,
  out posted_id bigint, out entry_units bigint, out new_balance bigint, out new_pending bigint,
  out new_debt bigint, out is_duplicate boolean, out refusal text, out refusal_units bigint)
language plpgsql as $$
begin
  perform ledger_lock_account(p_account);
  entry_units := -ledger_burn_lapsed(p_account, p_key || ':burn', p_at, p_recorded_at, p_source);
  update loyalty_account
     set rolling_until = greatest(rolling_until, p_rolling_until),
         rolling_expires_at = greatest(rolling_expires_at, p_rolling_expires_at),
         rolling_months = coalesce(p_rolling_months, rolling_months)
   where id = p_account
  returning balance, pending, debt into new_balance, new_pending, new_debt;
  is_duplicate := false;
end $$;

-- Sets the rolling date, back as well as forward: after a full refund of the payment that had moved it.
drop function if exists ledger_set_rolling;
create function ledger_set_rolling(
  p_account bigint, p_key text, p_rolling_until date, p_rolling_expires_at timestamptz,
  p_at timestamptz, p_recorded_at timestamptz, p_source text,
  out posted_id bigint, out entry_units bigint, out new_balance bigint, out new_pending bigint,
  out new_debt bigint, out is_duplicate boolean, out refusal text, out refusal_units bigint)
language plpgsql as $$
begin
  perform ledger_lock_account(p_account);
  entry_units := -ledger_burn_lapsed(p_account, p_key || ':burn', p_at, p_recorded_at, p_source);
  update loyalty_account
     set rolling_until = p_rolling_until, rolling_expires_at = p_rolling_expires_at
   where id = p_account
  returning balance, pending, debt into new_balance, new_pending, new_debt;
  is_duplicate := false;
end $$;
