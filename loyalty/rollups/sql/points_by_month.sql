-- Points by month and kind: the rollup, and from the ledger what came after each clinic's mark.
with mark as (
  select c.id as clinic_id, c.timezone, coalesce(m.operation_id, 0) as through
    from clinics_clinic c left join loyalty_rollupmark m on m.clinic_id = c.id
   where c.id = any(%(clinics)s::bigint[])
), day as (
  select date_trunc('month', d.day)::date as month, d.kind, d.credit, d.debit
    from loyalty_pointsday d
   where d.clinic_id = any(%(clinics)s::bigint[]) and d.day between %(first)s::date and %(last)s::date
  union all
  select date_trunc('month', o.effective_at at time zone mark.timezone)::date, o.kind,
         greatest(e.units, 0), least(e.units, 0)
    from loyalty_operation o
    join loyalty_entry e on e.operation_id = o.id
    join loyalty_account a on a.id = e.account_id
    left join patients_patient p on p.id = a.patient_id
    left join patients_household h on h.id = a.household_id
    left join patients_patient c on c.id = h.contact_id
    join mark
      on mark.clinic_id = coalesce(
           p.home_clinic_id, c.home_clinic_id,
           (select f.home_clinic_id from patients_patient f where f.household_id = h.id order by f.id limit 1))
   where o.id > (select min(through) from mark) and o.id > mark.through and a.unit = 'POINTS'
     and (o.effective_at at time zone mark.timezone)::date between %(first)s::date and %(last)s::date
)
select month, kind, sum(credit)::bigint as credit, sum(debit)::bigint as debit
  from day group by month, kind order by month, kind
