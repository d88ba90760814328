-- Counts the given days of a clinic anew from the ledger: operations up to %(through)s, whatever was counted before.
-- An account belongs to the home clinic of its patient; a household's to that of the person to call, else of its
-- first person.
with asked as (
  select day, day::timestamp at time zone %(zone)s as starts_at, (day + 1)::timestamp at time zone %(zone)s as ends_at
    from unnest(%(days)s::date[]) as asked(day)
), counted as materialized (
  select asked.day, o.kind,
         coalesce(sum(e.units) filter (where e.units > 0), 0) as credit,
         coalesce(sum(e.units) filter (where e.units < 0), 0) as debit,
         count(*) as entries
    from asked
    join loyalty_operation o on o.effective_at >= asked.starts_at and o.effective_at < asked.ends_at
    join loyalty_entry e on e.operation_id = o.id
    join loyalty_account a on a.id = e.account_id
    left join patients_patient p on p.id = a.patient_id
    left join patients_household h on h.id = a.household_id
    left join patients_patient c on c.id = h.contact_id
   where o.id <= %(through)s::bigint and a.unit = 'POINTS'
     and coalesce(p.home_clinic_id, c.home_clinic_id,
                  (select f.home_clinic_id from patients_patient f where f.household_id = h.id order by f.id limit 1))
         = %(clinic)s::bigint
   group by asked.day, o.kind
), gone as (
  delete from loyalty_pointsday d
   where d.clinic_id = %(clinic)s::bigint and d.day = any(%(days)s::date[])
     and not exists (select from counted where counted.day = d.day and counted.kind = d.kind)
)
insert into loyalty_pointsday (clinic_id, day, kind, credit, debit, entries)
select %(clinic)s::bigint, day, kind, credit, debit, entries from counted
    on conflict (clinic_id, day, kind)
    do update set credit = excluded.credit, debit = excluded.debit, entries = excluded.entries
