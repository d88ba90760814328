-- Units that can be spent at p_at: the balance less what is past its day, swept or not; none with a debt.
-- One function for the desk, the cabinet, the API and the kernel's refusals.
drop function if exists ledger_spendable;
create function ledger_spendable(p_account bigint, p_at timestamptz) returns bigint
language sql stable as $$
  select case when a.debt > 0 then 0 else a.balance - coalesce((
           select sum(l.remaining)
             from loyalty_lot l
            where l.account_id = a.id and l.remaining > 0 and l.is_released
              and ledger_ends_at(l.expires_at, l.never_burns, a.rolling_expires_at) <= p_at), 0)::bigint end
    from loyalty_account a
   where a.id = p_account
$$;
