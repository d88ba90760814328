-- Clinics whose open points of %(day)s may be read as they are stored: the day is counted, and no operation since has
-- had its effect before its end.
select mark.clinic_id
  from unnest(%(clinics)s::bigint[], %(ends)s::timestamptz[]) as place(clinic_id, ends_at)
  join loyalty_rollupmark mark on mark.clinic_id = place.clinic_id
 where mark.open_through >= %(day)s::date
   and not exists (
         select from loyalty_operation o
           join loyalty_entry e on e.operation_id = o.id
           join loyalty_account a on a.id = e.account_id and a.unit = 'POINTS'
           left join patients_patient p on p.id = a.patient_id
          where o.id > mark.operation_id and o.effective_at < place.ends_at
            and (p.home_clinic_id = mark.clinic_id or a.household_id is not null))
