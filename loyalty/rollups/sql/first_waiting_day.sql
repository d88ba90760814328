-- The first day of a clinic's calendar whose open points knew no day of lots that operations after %(after)s and up to
-- %(through)s have given one, by closing their visit: the day on which the oldest of these lots was made.
with recursive closed as (
  select l.id, l.account_id, l.entry_id, l.origin_lot_id
    from loyalty_operation v
    join loyalty_entry e on e.operation_id = v.id
    join loyalty_lot l on l.account_id = e.account_id and l.available_at >= v.effective_at
   where v.id > %(after)s::bigint and v.id <= %(through)s::bigint and v.kind = 'VISIT'
  union
  -- Transfers have taken some of them from other accounts.
  select l.id, l.account_id, l.entry_id, l.origin_lot_id
    from closed join loyalty_lot l on l.id = closed.origin_lot_id
)
select min((o.effective_at at time zone %(zone)s)::date)
  from closed
  join loyalty_entry e on e.id = closed.entry_id
  join loyalty_operation o on o.id = e.operation_id
  join loyalty_account a on a.id = closed.account_id
  left join patients_patient p on p.id = a.patient_id
 where p.home_clinic_id = %(clinic)s::bigint or a.household_id is not null
