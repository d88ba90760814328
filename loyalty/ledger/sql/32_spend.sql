-- Takes units from the lots that end soonest, then the oldest: SPEND, or a debit ADJUST.
-- Refuses, writing nothing, with ACCOUNT_IN_DEBT or INSUFFICIENT_POINTS (refusal_units: what can be spent).
-- The lots are read after the account is locked; only acts that hold that lock change them.
drop function if exists ledger_spend;
create function ledger_spend(
  p_account bigint,
  p_key text,
  p_kind text,
  p_units bigint,
  p_at timestamptz,         -- last days are judged as of this moment
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
  v_rolling timestamptz;
  v_lot bigint;
  v_remaining bigint;
  v_left bigint := p_units;
  v_lots bigint[];
  v_shares bigint[];
begin
  select balance, pending, debt, rolling_expires_at into new_balance, new_pending, new_debt, v_rolling
    from loyalty_account where id = p_account for update;
  if not found then
    raise exception 'ledger account % is missing', p_account using errcode = 'LG404';
  end if;

  if new_debt = 0 and new_balance >= p_units then
    for v_lot, v_remaining in
      select id, remaining
        from loyalty_lot
       where account_id = p_account and remaining > 0 and is_released
         and ledger_ends_at(expires_at, never_burns, v_rolling) > p_at
       order by ledger_ends_at(expires_at, never_burns, v_rolling), id
    loop
      v_lots := v_lots || v_lot;
      v_shares := v_shares || least(v_left, v_remaining);
      v_left := v_left - least(v_left, v_remaining);
      exit when v_left = 0;
    end loop;
  end if;

  if v_left > 0 then
    select d.* from ledger_duplicate(p_key, p_kind, p_account, -p_units, null, null) d
      into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
    if posted_id is null then
      select debt into new_debt from loyalty_account where id = p_account;
      refusal := case when new_debt > 0 then 'ACCOUNT_IN_DEBT' else 'INSUFFICIENT_POINTS' end;
      refusal_units := ledger_spendable(p_account, p_at);
    end if;
    return;
  end if;

  insert into loyalty_operation
    (key, kind, source, actor_id, reason, effective_at, recorded_at, explanation, program_version_id)
  values
    (p_key, p_kind, p_source, p_actor, p_reason, p_at, p_recorded_at, p_explanation, p_program_version)
  on conflict (key) do nothing
  returning id into posted_id;
  if posted_id is null then
    select d.* from ledger_duplicate(p_key, p_kind, p_account, -p_units, null, null) d
      into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
    return;
  end if;

  entry_units := -p_units;
  insert into loyalty_entry (operation_id, account_id, units)
  values (posted_id, p_account, entry_units)
  returning id into v_entry;
  for i in 1 .. array_length(v_lots, 1) loop
    insert into loyalty_allocation (entry_id, lot_id, units) values (v_entry, v_lots[i], -v_shares[i]);
    update loyalty_lot set remaining = remaining - v_shares[i] where id = v_lots[i];
  end loop;
  update loyalty_account set balance = balance - p_units where id = p_account
  returning balance into new_balance;
  is_duplicate := false;
end $$;
