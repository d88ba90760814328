-- Days of a clinic on which its rollup and the ledger disagree, and by how much. Reads every entry up to %(through)s.
with counted as (
  select (o.effective_at at time zone %(zone)s)::date as day, o.kind,
         coalesce(sum(e.units) filter (where e.units > 0), 0)::bigint as credit,
         coalesce(sum(e.units) filter (where e.units < 0), 0)::bigint as debit,
         count(*) as entries
    from loyalty_operation o
    join loyalty_entry e on e.operation_id = o.id
    join loyalty_accounthome home on home.account_id = e.account_id
   where o.id <= %(through)s::bigint and home.unit = 'POINTS'
     and o.effective_at >= %(first)s::timestamp at time zone %(zone)s
     and o.effective_at < (%(last)s::date + 1)::timestamp at time zone %(zone)s
     and home.clinic_id = %(clinic)s::bigint
   group by 1, 2
)
select coalesce(d.day, counted.day) as day, coalesce(d.kind, counted.kind) as kind,
       coalesce(d.credit + d.debit, 0) as stored, coalesce(counted.credit + counted.debit, 0) as proved
  from (select * from loyalty_pointsday
         where clinic_id = %(clinic)s::bigint and day between %(first)s::date and %(last)s::date) d
  full join counted on counted.day = d.day and counted.kind = d.kind
 where (d.credit, d.debit, d.entries) is distinct from (counted.credit, counted.debit, counted.entries)
 order by 1, 2
