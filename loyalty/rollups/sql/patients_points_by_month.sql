-- Points of chosen patients by month and kind, from the ledger: what they have alone, not what a household shares.
select date_trunc('month', o.effective_at at time zone c.timezone)::date as month, o.kind,
       sum(greatest(e.units, 0))::bigint as credit, sum(least(e.units, 0))::bigint as debit
  from loyalty_account a
  join patients_patient p on p.id = a.patient_id
  join clinics_clinic c on c.id = p.home_clinic_id
  join loyalty_entry e on e.account_id = a.id
  join loyalty_operation o on o.id = e.operation_id
 where a.patient_id = any(%(patients)s::bigint[]) and a.unit = 'POINTS' and c.id = any(%(clinics)s::bigint[])
   and (o.effective_at at time zone c.timezone)::date between %(first)s::date and %(last)s::date
 group by 1, 2 order by 1, 2
