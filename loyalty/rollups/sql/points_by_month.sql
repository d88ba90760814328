-- Points by month and kind: the rollup, and from the ledger what came after each clinic's mark. The fences (offset 0)
-- keep the way from the few operations after the mark to their entries.
with mark as (
  select c.id as clinic_id, c.timezone, coalesce(m.operation_id, 0) as through
    from clinics_clinic c left join loyalty_rollupmark m on m.clinic_id = c.id
   where c.id = any(%(clinics)s::bigint[])
), later as (
  select o.id, o.kind, o.effective_at
    from loyalty_operation o where o.id > (select min(through) from mark) order by o.id offset 0
), day as (
  select date_trunc('month', d.day)::date as month, d.kind, d.credit, d.debit
    from loyalty_pointsday d
   where d.clinic_id = any(%(clinics)s::bigint[]) and d.day between %(first)s::date and %(last)s::date
  union all
  select date_trunc('month', o.effective_at at time zone mark.timezone)::date, o.kind,
         greatest(e.units, 0), least(e.units, 0)
    from later o
   cross join lateral (
     select x.units, x.account_id from loyalty_entry x where x.operation_id = o.id offset 0) e
   cross join lateral (
     select clinic_id from loyalty_accounthome
      where account_id = e.account_id and unit = 'POINTS' offset 0) owner
    join mark on mark.clinic_id = owner.clinic_id
   where o.id > mark.through
     and (o.effective_at at time zone mark.timezone)::date between %(first)s::date and %(last)s::date
)
select month, kind, sum(credit)::bigint as credit, sum(debit)::bigint as debit
  from day group by month, kind order by month, kind
