-- The moment at which a lot ends: its own day's, else its account's rolling date's; 'infinity' when nothing ends it.
-- The one place that knows. The planner puts its text in the place of every call.
drop function if exists ledger_ends_at;
create function ledger_ends_at(p_expires_at timestamptz, p_never_burns boolean, p_rolling_expires_at timestamptz)
returns timestamptz language sql immutable as $$
  select coalesce(p_expires_at, case when not p_never_burns then p_rolling_expires_at end, 'infinity')
$$;
