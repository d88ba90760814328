-- Days of a clinic's calendar on which operations after %(after)s and up to %(through)s had their effect: an import
-- or a correction may change any day of the past. And all days of patients who have come or gone since %(move)s.
select (o.effective_at at time zone %(zone)s)::date as day
  from loyalty_operation o
  join loyalty_entry e on e.operation_id = o.id
  join loyalty_account a on a.id = e.account_id
  left join patients_patient p on p.id = a.patient_id
 where o.id > %(after)s::bigint and o.id <= %(through)s::bigint and a.unit = 'POINTS'
   and (p.home_clinic_id = %(clinic)s::bigint or a.household_id is not null)
union
select (o.effective_at at time zone %(zone)s)::date
  from loyalty_movedpatient m
  join patients_patient p on p.id = m.patient_id
  join loyalty_account a on a.patient_id = m.patient_id and a.unit = 'POINTS'
  join loyalty_entry e on e.account_id = a.id
  join loyalty_operation o on o.id = e.operation_id
 where m.id > %(move)s::bigint and %(clinic)s::bigint in (m.clinic_id, p.home_clinic_id)
 order by 1
