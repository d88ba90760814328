-- The lots that still wait for the visit of an operation's receipt, wherever transfers have taken them, each with
-- the lot of the operation that it was at first.
drop function if exists ledger_waiting_lots;
create function ledger_waiting_lots(p_operation bigint)
returns table (id bigint, first_lot_id bigint, account_id bigint, remaining bigint)
language sql stable as $$
  with recursive own as (
    select l.id, l.id as first_lot_id, l.account_id, l.remaining, l.available_at
      from loyalty_lot l join loyalty_entry e on e.id = l.entry_id
     where e.operation_id = p_operation
    union all
    select l.id, own.first_lot_id, l.account_id, l.remaining, l.available_at
      from loyalty_lot l join own on l.origin_lot_id = own.id
  )
  select own.id, own.first_lot_id, own.account_id, own.remaining from own where own.available_at is null
$$;

-- Closes the visit that lots of an operation wait for: each gets its days, once, and what is available by p_at is
-- released; what is available later waits for the nightly release. One operation, an entry of 0 units per account
-- that holds something of it; an account in debt pays it from what became available. Nothing waits: nothing is written.
-- Locks the accounts of the lots, in id order.
drop function if exists ledger_close_visit;
create function ledger_close_visit(
  p_operation bigint,       -- the EARN
  p_lots jsonb,             -- [{"lot_id": of the operation, "available_at", "last_day", "expires_at"}, ...]
  p_key text,
  p_at timestamptz,
  p_recorded_at timestamptz,
  p_actor bigint,
  p_reason text,
  p_explanation jsonb,
  p_source text,
  p_program_version bigint,
  out posted_id bigint, out released_accounts bigint, out released_lots bigint, out released_units bigint)
language plpgsql as $$
declare
  v_accounts bigint[];
  v_debtor record;
begin
  loop
    v_accounts := array(select distinct w.account_id from ledger_waiting_lots(p_operation) w);
    perform 1 from loyalty_account where id = any(v_accounts) order by id for update;
    -- A transfer may have moved them before the lock was granted.
    exit when not exists (select from ledger_waiting_lots(p_operation) w where not w.account_id = any(v_accounts));
  end loop;

  with waiting as materialized (
    select w.id, w.account_id, w.remaining, day.available_at, day.last_day, day.expires_at,
           day.available_at <= p_at as is_due
      from ledger_waiting_lots(p_operation) w
      join jsonb_to_recordset(p_lots)
             as day(lot_id bigint, available_at timestamptz, last_day date, expires_at timestamptz)
        on day.lot_id = w.first_lot_id
  ), by_account as materialized (
    select account_id, coalesce(sum(remaining) filter (where is_due), 0)::bigint as units,
           count(*) filter (where is_due) as lots
      from waiting where remaining > 0 group by account_id
  ), operation as (
    insert into loyalty_operation
      (key, kind, source, actor_id, reason, effective_at, recorded_at, explanation, program_version_id)
    select p_key, 'VISIT', p_source, p_actor, p_reason, p_at, p_recorded_at, p_explanation, p_program_version
     where exists (select from by_account)
    returning id
  ), entry as (
    insert into loyalty_entry (operation_id, account_id, units)
    select operation.id, b.account_id, 0 from operation, by_account b order by b.account_id
  ), dated as (
    update loyalty_lot l
       set available_at = w.available_at, last_day = w.last_day, expires_at = w.expires_at, is_released = w.is_due
      from waiting w where l.id = w.id
  ), moved as (
    update loyalty_account a set balance = a.balance + b.units, pending = a.pending - b.units
      from by_account b where a.id = b.account_id
  )
  select (select id from operation), count(*), coalesce(sum(lots), 0), coalesce(sum(units), 0)
    into posted_id, released_accounts, released_lots, released_units
    from by_account;

  for v_debtor in
    select e.id as entry_id, a.id as account_id
      from loyalty_entry e join loyalty_account a on a.id = e.account_id
     where e.operation_id = posted_id and a.debt > 0
     order by a.id
  loop
    perform ledger_pay_debt(v_debtor.account_id, v_debtor.entry_id, null, p_at);
  end loop;
end $$;
