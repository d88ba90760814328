-- What operations did to the points issued in each month, by clinic and day: of each clinic those after its own
-- number, up to %(through)s, within its days. A lot that continues another belongs to the first one: to the clinic of
-- the patient who got that, and to the month in which it was made.
with recursive place as (
  select * from unnest(%(clinics)s::bigint[], %(zones)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
                       %(afters)s::bigint[])
    as place(clinic_id, zone, starts_at, ends_at, after)
), act as materialized (
  select o.id, o.effective_at, o.kind
    from loyalty_operation o
   where o.effective_at >= %(earliest)s::timestamptz and o.effective_at < %(latest)s::timestamptz
     and o.id > %(after)s::bigint and o.id <= %(through)s::bigint
), moved as materialized (
  select act.*, l.id as lot_id, l.origin_lot_id, l.amount as units, l.origin_lot_id is null as is_issue
    from act
    join loyalty_entry e on e.operation_id = act.id
    join loyalty_lot l on l.entry_id = e.id
  union all
  select act.*, l.id, l.origin_lot_id, x.units, false
    from act
    join loyalty_entry e on e.operation_id = act.id
    join loyalty_allocation x on x.entry_id = e.id
    join loyalty_lot l on l.id = x.lot_id
), chain as (
  select lot_id, origin_lot_id as earlier_id from moved where origin_lot_id is not null
  union
  select chain.lot_id, l.origin_lot_id
    from chain join loyalty_lot l on l.id = chain.earlier_id where l.origin_lot_id is not null
), root as (
  select lot_id, min(earlier_id) as id from chain group by lot_id
), counted as (
  select place.clinic_id, (moved.effective_at at time zone place.zone)::date as day,
         date_trunc('month', made.effective_at at time zone place.zone)::date as month,
         coalesce(sum(moved.units) filter (where moved.is_issue), 0)::bigint as issued,
         coalesce(-sum(moved.units) filter (where moved.kind = 'BURN'), 0)::bigint as burnt,
         sum(moved.units)::bigint as opened
    from moved
    left join root on root.lot_id = moved.lot_id
    join loyalty_lot first on first.id = coalesce(root.id, moved.lot_id)
    join loyalty_entry e on e.id = first.entry_id
    join loyalty_operation made on made.id = e.operation_id and made.kind in ('EARN', 'GIFT', 'OPENING', 'ADJUST')
    join loyalty_account a on a.id = first.account_id and a.unit = 'POINTS'
    join patients_patient p on p.id = a.patient_id
    join place on place.clinic_id = p.home_clinic_id
   where moved.id > place.after and moved.effective_at >= place.starts_at and moved.effective_at < place.ends_at
   group by 1, 2, 3
)
