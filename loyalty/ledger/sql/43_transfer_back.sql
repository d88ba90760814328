-- Undoes a transfer of everything: what is left of the lots that it made goes back into the lots they came from,
-- debts that it moved or paid are owed again where they were. What has burnt meanwhile stays burnt.
-- Refuses with NOTHING_TO_REVERSE, and with MOVED_ON when some of it has been spent, taken or passed on since
-- (refusal_units: how much). Locks both accounts in id order. Returns the figures of the account that gives back.
drop function if exists ledger_transfer_back;
create function ledger_transfer_back(
  p_operation bigint,       -- the TRANSFER
  p_from bigint,            -- its account that gave, which receives now
  p_to bigint,
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
  v_given bigint;           -- entries of the transfer
  v_received bigint;
  v_debt bigint;            -- that it moved
  v_repaid bigint;          -- of that and of the receiver's own, paid at once
  v_units bigint;           -- units of lots that go back
  v_back bigint;            -- entries made here
  v_taken bigint;
begin
  perform ledger_lock_account(least(p_from, p_to));
  perform ledger_lock_account(greatest(p_from, p_to));
  select d.* from ledger_duplicate(p_key, 'TRANSFER', p_to, null, null, null) d
    into posted_id, entry_units, new_balance, new_pending, new_debt, is_duplicate, refusal, refusal_units;
  if posted_id is not null then
    return;
  end if;
  select g.id, r.id into v_given, v_received
    from loyalty_operation o
    join loyalty_entry g on g.operation_id = o.id and g.account_id = p_from
    join loyalty_entry r on r.operation_id = o.id and r.account_id = p_to
   where o.id = p_operation and o.kind = 'TRANSFER';
  if not found then
    refusal := 'NOTHING_TO_REVERSE';
    refusal_units := 0;
    return;
  end if;

  select coalesce(sum(units), 0) into v_debt from loyalty_allocation where entry_id = v_given and lot_id is null;
  select coalesce(sum(units), 0) + v_debt into v_repaid
    from loyalty_allocation where entry_id = v_received and lot_id is null;
  -- A lot is as the transfer left it when it still holds its amount less what paid a debt then.
  select coalesce(sum(case when l.burnt_at is null then l.amount - paid.units - l.remaining
                           else paid.units end) filter (where l.entry_id = v_received), 0)
         + coalesce(sum(paid.units) filter (where l.entry_id <> v_received and l.burnt_at is not null), 0)
         + greatest(0, v_debt - v_repaid - (select a.debt from loyalty_account a where a.id = p_to))
    into refusal_units
    from loyalty_lot l
    cross join lateral (select coalesce(-sum(x.units), 0)::bigint as units
                          from loyalty_allocation x where x.entry_id = v_received and x.lot_id = l.id) paid
   where l.entry_id = v_received
      or l.id in (select x.lot_id from loyalty_allocation x where x.entry_id = v_received and x.lot_id is not null);
  if refusal_units > 0 then
    refusal := 'MOVED_ON';
    select debt into new_debt from loyalty_account where id = p_to;
    return;
  end if;
  refusal_units := null;

  select coalesce(sum(amount), 0) into v_units from loyalty_lot where entry_id = v_received and burnt_at is null;
  insert into loyalty_operation
    (key, kind, source, actor_id, reason, effective_at, recorded_at, explanation, program_version_id)
  values
    (p_key, 'TRANSFER', p_source, p_actor, p_reason, p_at, p_recorded_at, p_explanation, p_program_version)
  returning id into posted_id;
  entry_units := v_debt - v_units;
  insert into loyalty_entry (operation_id, account_id, units) values (posted_id, p_to, entry_units)
  returning id into v_taken;
  insert into loyalty_entry (operation_id, account_id, units) values (posted_id, p_from, -entry_units)
  returning id into v_back;

  -- The receiver: what paid debts comes back into its lots, then all that was moved leaves them.
  insert into loyalty_allocation (entry_id, lot_id, units)
  select v_taken, l.id, -l.remaining from loyalty_lot l
   where l.entry_id = v_received and l.burnt_at is null and l.remaining > 0 order by l.id;
  insert into loyalty_allocation (entry_id, lot_id, units)
  select v_taken, x.lot_id, -x.units
    from loyalty_allocation x join loyalty_lot l on l.id = x.lot_id
   where x.entry_id = v_received and l.entry_id <> v_received order by x.id;
  if v_debt <> v_repaid then
    insert into loyalty_allocation (entry_id, lot_id, units) values (v_taken, null, v_debt - v_repaid);
  end if;
  -- The giver: its lots hold again what they gave, its debt is owed again.
  insert into loyalty_allocation (entry_id, lot_id, units)
  select v_back, l.origin_lot_id, l.amount from loyalty_lot l
   where l.entry_id = v_received and l.burnt_at is null order by l.id;
  if v_debt > 0 then
    insert into loyalty_allocation (entry_id, lot_id, units) values (v_back, null, -v_debt);
  end if;

  update loyalty_account a
     set balance = a.balance + moved.released, pending = a.pending + moved.pending, debt = a.debt + v_debt
    from (select coalesce(sum(amount) filter (where is_released), 0) as released,
                 coalesce(sum(amount) filter (where not is_released), 0) as pending
            from loyalty_lot where entry_id = v_received and burnt_at is null) moved
   where a.id = p_from;
  update loyalty_account a
     set balance = a.balance - moved.released + own.units, pending = a.pending - moved.pending,
         debt = a.debt - v_debt + v_repaid
    from (select coalesce(sum(remaining) filter (where is_released), 0) as released,
                 coalesce(sum(remaining) filter (where not is_released), 0) as pending
            from loyalty_lot where entry_id = v_received and burnt_at is null) moved,
         (select coalesce(-sum(x.units), 0) as units
            from loyalty_allocation x join loyalty_lot l on l.id = x.lot_id
           where x.entry_id = v_received and l.entry_id <> v_received) own
   where a.id = p_to
  returning a.balance, a.pending, a.debt into new_balance, new_pending, new_debt;

  update loyalty_lot origin set remaining = origin.remaining + moved.amount, is_released = moved.is_released
    from loyalty_lot moved
   where moved.entry_id = v_received and moved.burnt_at is null and origin.id = moved.origin_lot_id;
  update loyalty_lot l set remaining = l.remaining - x.units
    from loyalty_allocation x
   where x.entry_id = v_received and x.lot_id = l.id and l.entry_id <> v_received;
  update loyalty_lot set remaining = 0 where entry_id = v_received and burnt_at is null;
  is_duplicate := false;
end $$;
