-- The first effect of an operation key, for an act that arrives with a key already used.
-- Refuses with KEY_REUSED when that operation is another act: other kind, account, units or original.
drop function if exists ledger_duplicate;
create function ledger_duplicate(
  p_key text,
  p_kind text,
  p_account bigint,
  p_units bigint,           -- signed units of the entry; null: any (a reversal or a transfer of all)
  p_reversal_of bigint,
  p_reversed_units bigint,
  out posted_id bigint, out entry_units bigint, out new_balance bigint, out new_pending bigint,
  out new_debt bigint, out is_duplicate boolean, out refusal text, out refusal_units bigint)
language plpgsql stable as $$
begin
  select o.id, e.units, a.balance, a.pending, a.debt,
         case when o.kind <> p_kind
                or e.units is null
                or e.units <> coalesce(p_units, e.units)
                or o.reversal_of_id is distinct from p_reversal_of
                or o.reversed_units is distinct from p_reversed_units
              then 'KEY_REUSED' end
    into posted_id, entry_units, new_balance, new_pending, new_debt, refusal
    from loyalty_operation o
    left join loyalty_entry e on e.operation_id = o.id and e.account_id = p_account
    left join loyalty_account a on a.id = e.account_id
   where o.key = p_key;
  is_duplicate := posted_id is not null;
end $$;
