-- Counts days of a clinic that follow one another anew from the ledger: operations up to %(through)s, whatever was
-- counted before. An account belongs to the home clinic of its patient; a household's to that of the person to call,
-- else of its first person. The fences (offset 0) keep the way from the day's operations to their entries: the
-- planner, who cannot know how few they are, would rather read all entries.
with moved as materialized (
  select (o.effective_at at time zone %(zone)s)::date as day, o.kind, e.units
    from loyalty_operation o
   cross join lateral (
     select x.units, x.account_id from loyalty_entry x where x.operation_id = o.id offset 0) e
   cross join lateral (
     select coalesce(p.home_clinic_id, c.home_clinic_id,
                     (select f.home_clinic_id from patients_patient f
                       where f.household_id = h.id order by f.id limit 1)) as clinic_id
       from loyalty_account a
       left join patients_patient p on p.id = a.patient_id
       left join patients_household h on h.id = a.household_id
       left join patients_patient c on c.id = h.contact_id
      where a.id = e.account_id and a.unit = 'POINTS' offset 0) owner
   where o.effective_at >= %(starts_at)s::timestamptz and o.effective_at < %(ends_at)s::timestamptz
     and o.id <= %(through)s::bigint and owner.clinic_id = %(clinic)s::bigint
), counted as materialized (
  select day, kind,
         coalesce(sum(units) filter (where units > 0), 0) as credit,
         coalesce(sum(units) filter (where units < 0), 0) as debit,
         count(*) as entries
    from moved group by day, kind
), gone as (
  delete from loyalty_pointsday d
   where d.clinic_id = %(clinic)s::bigint and d.day between %(first)s::date and %(last)s::date
     and not exists (select from counted where counted.day = d.day and counted.kind = d.kind)
)
insert into loyalty_pointsday (clinic_id, day, kind, credit, debit, entries)
select %(clinic)s::bigint, day, kind, credit, debit, entries from counted
    on conflict (clinic_id, day, kind)
    do update set credit = excluded.credit, debit = excluded.debit, entries = excluded.entries
