-- Locks one account and returns it: the first thing every act does before it reads lots.
drop function if exists ledger_lock_account;
create function ledger_lock_account(p_account bigint) returns loyalty_account
language plpgsql as $$
declare
  v_account loyalty_account;
begin
  select * into v_account from loyalty_account where id = p_account for update;
  if not found then
    raise exception 'ledger account % is missing', p_account using errcode = 'LG404';
  end if;
  return v_account;
end $$;
