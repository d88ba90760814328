-- Posts a batch of past acts in the given order, as if each had been posted on its day: before an act the
-- account's pending lots are released and what was past its day burns, one operation per moment at which
-- something ended. An act without lots only moves the rolling date. Known keys change nothing.
-- Locks all accounts of the batch first, in id order.
--   p_acts: [{"key", "kind", "account_id", "at", "lots": [...], "rolling_until", "rolling_expires_at",
--             "rolling_months", "units" (of a SPEND), "reason", "explanation", "program_version_id"}, ...]
drop function if exists ledger_replay;
create function ledger_replay(p_acts jsonb, p_recorded_at timestamptz, p_source text)
returns table (
  act_key text, posted_id bigint, entry_units bigint, new_balance bigint, new_pending bigint,
  new_debt bigint, is_duplicate boolean, refusal text, refusal_units bigint)
language plpgsql as $$
declare
  v_act record;
  v_first jsonb;
begin
  perform 1 from loyalty_account
    where id in (select (act ->> 'account_id')::bigint from jsonb_array_elements(p_acts) act)
    order by id for update;
  for v_act in
    select * from jsonb_to_recordset(p_acts) as act(
      key text, kind text, account_id bigint, at timestamptz, lots jsonb, units bigint, rolling_until date,
      rolling_expires_at timestamptz, rolling_months bigint, reason text, explanation jsonb, program_version_id bigint)
  loop
    act_key := v_act.key;
    if not exists (select from loyalty_operation where key = v_act.key) then
      perform ledger_catch_up(v_act.account_id, v_act.key, v_act.at, p_recorded_at, p_source);
    end if;
    if v_act.kind = 'SPEND' then
      select s.* from ledger_spend(
        v_act.account_id, v_act.key, v_act.kind, v_act.units, v_act.at, p_recorded_at, null,
        coalesce(v_act.reason, ''), v_act.explanation, p_source, v_act.program_version_id) s
        into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
    elsif coalesce(jsonb_array_length(v_act.lots), 0) = 0 then
      select p.* from ledger_prolong(
        v_act.account_id, v_act.key, v_act.rolling_until, v_act.rolling_expires_at, v_act.rolling_months, v_act.at,
        p_recorded_at, p_source) p
        into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
    else
      v_first := v_act.lots -> 0;
      select e.* from ledger_earn(
        v_act.account_id, v_act.key, v_act.kind, (v_first ->> 'points')::bigint, (v_first ->> 'last_day')::date,
        (v_first ->> 'expires_at')::timestamptz, (v_first ->> 'available_at')::timestamptz,
        coalesce((v_first ->> 'never_burns')::boolean, false), coalesce((v_first ->> 'waits_for_visit')::boolean, false),
        case when jsonb_array_length(v_act.lots) > 1 then v_act.lots - 0 end,
        v_act.rolling_until, v_act.rolling_expires_at, v_act.rolling_months, v_act.at, p_recorded_at, null,
        coalesce(v_act.reason, ''), v_act.explanation, p_source, v_act.program_version_id) e
        into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
    end if;
    return next;
  end loop;
end $$;

-- Brings one account to the state it had at p_at: releases, then burns moment by moment.
drop function if exists ledger_catch_up;
create function ledger_catch_up(
  p_account bigint, p_key text, p_at timestamptz, p_recorded_at timestamptz, p_source text) returns void
language plpgsql as $$
declare
  v_ended timestamptz;
begin
  if exists (select from loyalty_account where id = p_account and pending > 0) then
    perform ledger_release_slice(array[p_account], p_key || ':release', p_at, p_recorded_at, p_source);
  end if;
  for v_ended in
    select distinct ledger_ends_at(l.expires_at, l.never_burns, a.rolling_expires_at)
      from loyalty_account a join loyalty_lot l on l.account_id = a.id
     where a.id = p_account and l.remaining > 0 and l.is_released
       and ledger_ends_at(l.expires_at, l.never_burns, a.rolling_expires_at) <= p_at
     order by 1
  loop
    perform ledger_burn_slice(
      array[p_account], v_ended, p_key || ':burn:' || extract(epoch from v_ended)::bigint, v_ended,
      p_recorded_at, p_source);
  end loop;
end $$;
