-- Points by the month in which they were issued: how many have burnt and how many are still open, wherever transfers
-- and returns have taken them. A lot that continues another counts for the first one.
with recursive place as (
  select * from unnest(%(clinics)s::bigint[], %(zones)s::text[]) as place(clinic_id, zone)
), chain as (
  select l.id as lot_id, l.origin_lot_id as root_id from loyalty_lot l where l.origin_lot_id is not null
  union all
  select chain.lot_id, l.origin_lot_id
    from chain join loyalty_lot l on l.id = chain.root_id where l.origin_lot_id is not null
), root as (
  select lot_id, min(root_id) as root_id from chain group by lot_id
), issued as (
  select l.id, l.amount, date_trunc('month', o.effective_at at time zone place.zone)::date as month
    from loyalty_lot l
    join loyalty_entry e on e.id = l.entry_id
    join loyalty_operation o on o.id = e.operation_id
    join loyalty_account a on a.id = l.account_id and a.unit = 'POINTS'
    join patients_patient p on p.id = a.patient_id
    join place on place.clinic_id = p.home_clinic_id
   where l.origin_lot_id is null and o.kind in ('EARN', 'GIFT', 'OPENING', 'ADJUST')
), burnt as (
  select coalesce(root.root_id, x.lot_id) as lot_id, -sum(x.units) as units
    from loyalty_operation o
    join loyalty_entry e on e.operation_id = o.id
    join loyalty_allocation x on x.entry_id = e.id
    left join root on root.lot_id = x.lot_id
   where o.kind = 'BURN' and x.lot_id is not null
   group by 1
), open as (
  select coalesce(root.root_id, l.id) as lot_id, sum(l.remaining) as units
    from loyalty_lot l left join root on root.lot_id = l.id
   where l.remaining > 0
   group by 1
)
select issued.month, sum(issued.amount)::bigint as issued, coalesce(sum(burnt.units), 0)::bigint as burnt,
       coalesce(sum(open.units), 0)::bigint as open
  from issued
  left join burnt on burnt.lot_id = issued.id
  left join open on open.lot_id = issued.id
 group by issued.month
 order by issued.month
