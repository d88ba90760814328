-- Open points as of a moment of each clinic, by the month in which they burn if nobody spends them: what was left in
-- every lot then, from the lots and the allocations that had had their effect. Null: they never burn.
-- A lot without a day of its own lives by the account's rolling date; for a moment of the past that date is the last
-- payment before it plus the account's months.
with place as (
  select * from unnest(%(clinics)s::bigint[], %(ends)s::timestamptz[], %(zones)s::text[]) as place(clinic_id, ends_at, zone)
), owner as (
  select a.id as account_id, a.rolling_until, a.rolling_months, a.opened_at, a.patient_id, place.*
    from loyalty_account a
    left join patients_patient p on p.id = a.patient_id
    left join patients_household h on h.id = a.household_id
    left join patients_patient c on c.id = h.contact_id
    join place
      on place.clinic_id = coalesce(
           p.home_clinic_id, c.home_clinic_id,
           (select f.home_clinic_id from patients_patient f where f.household_id = h.id order by f.id limit 1))
   where a.unit = 'POINTS'
), taken as (
  select x.lot_id, sum(x.units) as units
    from loyalty_allocation x
    join loyalty_entry e on e.id = x.entry_id
    join loyalty_operation o on o.id = e.operation_id
    join owner on owner.account_id = e.account_id
   where x.lot_id is not null and o.effective_at < owner.ends_at
   group by x.lot_id
), open as (
  select owner.*, l.last_day, l.never_burns, l.amount + coalesce(taken.units, 0) as units
    from loyalty_lot l
    join loyalty_entry e on e.id = l.entry_id
    join loyalty_operation o on o.id = e.operation_id
    join owner on owner.account_id = l.account_id
    left join taken on taken.lot_id = l.id
   where o.effective_at < owner.ends_at and l.amount + coalesce(taken.units, 0) > 0
), rolling as (
  select distinct on (open.account_id) open.account_id,
         case when open.ends_at > %(at)s::timestamptz then open.rolling_until
              else ((coalesce(r.paid_at, open.opened_at) at time zone open.zone)::date
                    + make_interval(months => open.rolling_months))::date end as until
    from open
    left join lateral (
      select max(r.paid_at) as paid_at from loyalty_receipt r
       where r.patient_id = open.patient_id and r.paid_at < open.ends_at) r on true
   where open.last_day is null and not open.never_burns
)
select date_trunc('month', case when open.never_burns then null else coalesce(open.last_day, rolling.until) end)::date
         as month,
       sum(open.units)::bigint as points
  from open left join rolling on rolling.account_id = open.account_id
 group by 1
 order by 1 nulls last
