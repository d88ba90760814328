-- Days of a clinic's calendar on which operations after %(after)s and up to %(through)s had their effect: an import
-- or a correction may change any day of the past.
select distinct (o.effective_at at time zone %(zone)s)::date as day
  from loyalty_operation o
  join loyalty_entry e on e.operation_id = o.id
  join loyalty_account a on a.id = e.account_id
  left join patients_patient p on p.id = a.patient_id
 where o.id > %(after)s::bigint and o.id <= %(through)s::bigint and a.unit = 'POINTS'
   and (p.home_clinic_id = %(clinic)s::bigint or a.household_id is not null)
 order by 1
