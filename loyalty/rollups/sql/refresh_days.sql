-- Counts days of a clinic that follow one another anew from the ledger: operations up to %(through)s, whatever was
-- counted before. Operations of a day mostly have numbers that follow one another: then their entries are
-- one stretch of the index. An import of the past scatters them: then each is looked up. Only one of the two runs.
-- The fences (offset 0) keep the planner, who cannot know how few they are, from reading all accounts.
with act as materialized (
  select o.id, (o.effective_at at time zone %(zone)s)::date as day, o.kind
    from loyalty_operation o
   where o.effective_at >= %(starts_at)s::timestamptz and o.effective_at < %(ends_at)s::timestamptz
     and o.id <= %(through)s::bigint
), span as materialized (
  select min(id) as first_id, max(id) as last_id, max(id) - min(id) < 4 * count(*) as is_dense from act
), entry as materialized (
  select act.day, act.kind, x.account_id, x.units
    from act join (
         select e.operation_id, e.account_id, e.units from loyalty_entry e
          where (select is_dense from span)
            and e.operation_id between (select first_id from span) and (select last_id from span) offset 0) x
      on x.operation_id = act.id
  union all
  select act.day, act.kind, x.account_id, x.units
    from act
   cross join lateral (
         select e.account_id, e.units from loyalty_entry e where e.operation_id = act.id offset 0) x
   where not (select is_dense from span)
), home as materialized (
  select one.account_id
    from (select distinct account_id from entry) one
   cross join lateral (
         select clinic_id from loyalty_accounthome
          where account_id = one.account_id and unit = 'POINTS' offset 0) owner
   where owner.clinic_id = %(clinic)s::bigint
), counted as materialized (
  select day, kind,
         coalesce(sum(units) filter (where units > 0), 0) as credit,
         coalesce(sum(units) filter (where units < 0), 0) as debit,
         count(*) as entries
    from entry join home using (account_id)
   group by day, kind
), gone as (
  delete from loyalty_pointsday d
   where d.clinic_id = %(clinic)s::bigint and d.day between %(first)s::date and %(last)s::date
     and not exists (select from counted where counted.day = d.day and counted.kind = d.kind)
)
insert into loyalty_pointsday (clinic_id, day, kind, credit, debit, entries)
select %(clinic)s::bigint, day, kind, credit, debit, entries from counted
    on conflict (clinic_id, day, kind)
    do update set credit = excluded.credit, debit = excluded.debit, entries = excluded.entries
