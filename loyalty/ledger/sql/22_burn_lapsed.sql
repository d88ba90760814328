-- Before a rolling date moves: if the stored one has passed at p_at, burns what is past its day, so that
-- moving the date cannot bring it back. The caller holds the account's lock.
drop function if exists ledger_burn_lapsed;
create function ledger_burn_lapsed(
  p_account bigint, p_key text, p_at timestamptz, p_recorded_at timestamptz, p_source text)
returns bigint              -- units burnt
language plpgsql as $$
declare
  v_units bigint;
begin
  perform 1 from loyalty_account where id = p_account and rolling_expires_at <= p_at;
  if not found then
    return 0;
  end if;
  select b.burnt_units into v_units
    from ledger_burn_slice(array[p_account], p_at, p_key, p_at, p_recorded_at, p_source) b;
  return v_units;
end $$;
