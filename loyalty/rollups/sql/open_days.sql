-- Points open at the end of days that follow one another, by clinic, kind and the month in which they burn; operations
-- up to %(through)s. Counted back from what is left in the lots now: lots that are open, and the operations since the first day
-- began. Whatever is older is not read. Of chosen patients, if any: what they have alone, not what a household shares.
--   DATED    burn after the lot's own day
--   ROLLING  burn after the account's rolling date: the stored one where nothing has been paid since the day, else
--            the last payment until then plus the account's months; a payment that was refunded in full never was
--   NEVER    were given for ever
--   VISIT    get their day when their visit is closed
with place as (
  select * from unnest(%(clinics)s::bigint[], %(zones)s::text[], %(starts)s::timestamptz[])
    as place(clinic_id, zone, starts_at)
), account as (
  select home.account_id, home.patient_id, home.rolling_until, home.rolling_months, home.opened_at, place.*
    from loyalty_accounthome home
    join place on place.clinic_id = home.clinic_id
   where home.unit = 'POINTS'
     and (%(patients)s::bigint[] is null or home.patient_id = any(%(patients)s::bigint[]))
), later as (
  select o.id, o.effective_at, o.id <= %(through)s::bigint as is_counted
    from loyalty_operation o where o.effective_at >= %(earliest)s::timestamptz or o.id > %(through)s::bigint
), moved as (
  select l.account_id, l.never_burns, l.available_at, l.last_day, later.effective_at, later.is_counted, l.amount as units
    from later
    join loyalty_entry e on e.operation_id = later.id
    join loyalty_lot l on l.entry_id = e.id
  union all
  select l.account_id, l.never_burns, l.available_at, l.last_day, later.effective_at, later.is_counted, x.units
    from later
    join loyalty_entry e on e.operation_id = later.id
    join loyalty_allocation x on x.entry_id = e.id
    join loyalty_lot l on l.id = x.lot_id
), change as (
  -- Without a moment: before the days.
  select account_id, never_burns, available_at, last_day, null::timestamptz as at, remaining as units
    from loyalty_lot where remaining > 0
  union all
  select account_id, never_burns, available_at, last_day, null, -units from moved
  union all
  select account_id, never_burns, available_at, last_day, effective_at, units from moved where is_counted
), closing as (
  -- Visits closed by operations that are not counted yet: their lots still wait.
  select e.account_id, min(o.effective_at) as at
    from loyalty_operation o join loyalty_entry e on e.operation_id = o.id
   where o.id > %(through)s::bigint and o.kind = 'VISIT'
   group by e.account_id
), piece as (
  select account.clinic_id, lot.kind, account.account_id,
         case when lot.kind = 'DATED' then date_trunc('month', change.last_day)::date end as month,
         greatest((change.at at time zone account.zone)::date, %(first)s::date - 1) as day, change.units
    from change
    join account on account.account_id = change.account_id
    left join closing on closing.account_id = change.account_id
   cross join lateral (
         select case when change.never_burns then 'NEVER'
                     when change.available_at is null or change.available_at >= closing.at then 'VISIT'
                     when change.last_day is not null then 'DATED'
                     else 'ROLLING' end as kind) lot
), step as (
  select clinic_id, kind, case when kind = 'ROLLING' then account_id end as account_id, month, day, sum(units) as units
    from piece group by 1, 2, 3, 4, 5
), roller as (
  select account.* from account where account_id in (select account_id from step where kind = 'ROLLING')
), payment as (
  select roller.account_id, (r.paid_at at time zone roller.zone)::date as day
    from roller
    join loyalty_receipt r on r.patient_id = roller.patient_id and r.paid_at >= roller.starts_at
   where r.paid > 0
     and not exists (select from loyalty_refund f where f.receipt_id = r.id and f.is_complete)
), event as (
  select account_id, day, sum(units) as units, max(paid_day) as paid_day
    from (select account_id, day, units, null::date as paid_day from step where kind = 'ROLLING'
          union all
          select account_id, day, 0, day from payment) one
   group by account_id, day
), run as (
  select account_id, day, lead(day) over by_day as until, sum(units) over by_day as units,
         max(paid_day) over by_day as paid_day, max(paid_day) over (partition by account_id) as last_paid_day
    from event window by_day as (partition by account_id order by day)
), rolled as (
  select roller.clinic_id, roller.account_id, run.day, run.until, run.units,
         date_trunc('month', case
           when run.last_paid_day is null or run.last_paid_day <= run.day then roller.rolling_until
           else coalesce(run.paid_day, (greatest(earlier.paid_at, roller.opened_at) at time zone roller.zone)::date)
                + make_interval(months => roller.rolling_months) end)::date as month
    from run
    join roller on roller.account_id = run.account_id
    left join lateral (
         select max(r.paid_at) as paid_at from loyalty_receipt r
          where run.last_paid_day > run.day and run.paid_day is null
            and r.patient_id = roller.patient_id and r.paid_at < roller.starts_at and r.paid > 0
            and not exists (select from loyalty_refund f where f.receipt_id = r.id and f.is_complete)) earlier on true
   where run.units <> 0
), difference as (
  select clinic_id, kind, month, day, sum(units) as units
    from (select clinic_id, kind, month, day, units from step where kind <> 'ROLLING'
          union all
          select clinic_id, 'ROLLING', month, day, units from rolled
          union all
          select clinic_id, 'ROLLING', month, until, -units from rolled where until is not null) one
   where day <= %(last)s::date
   group by 1, 2, 3, 4
), standing as (
  select clinic_id, kind, month, day, sum(units) over by_day as points,
         coalesce(lead(day) over by_day, %(last)s::date + 1) as until
    from difference window by_day as (partition by clinic_id, kind, month order by day)
), open as (
  select clinic_id, each.day::date as day, kind, month, points::bigint
    from standing
   cross join lateral generate_series(greatest(standing.day, %(first)s::date), standing.until - 1, '1 day') each(day)
   where points <> 0
)
