-- Points of chosen patients by month and kind, from the ledger: what they have alone, not what a household shares.
select date_trunc('month', o.effective_at at time zone c.timezone)::date as month, o.kind,
       sum(greatest(e.units, 0))::bigint as credit, sum(least(e.units, 0))::bigint as debit
  from loyalty_accounthome home
  join clinics_clinic c on c.id = home.clinic_id
  join loyalty_entry e on e.account_id = home.account_id
  join loyalty_operation o on o.id = e.operation_id
 where home.patient_id = any(%(patients)s::bigint[]) and home.unit = 'POINTS' and c.id = any(%(clinics)s::bigint[])
   and (o.effective_at at time zone c.timezone)::date between %(first)s::date and %(last)s::date
 group by 1, 2 order by 1, 2
