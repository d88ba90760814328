, proved as (
  select day, kind, case when kind <> 'ROLLING' then month end as month, sum(points) as points
    from open group by 1, 2, 3
), stored as (
  select day, kind, case when kind <> 'ROLLING' then month end as month, sum(points) as points
    from loyalty_openpointsday
   where clinic_id = any(%(clinics)s::bigint[]) and day between %(first)s::date and %(last)s::date
   group by 1, 2, 3
)
select coalesce(s.day, p.day) as day, coalesce(s.kind, p.kind) as kind, coalesce(s.month, p.month) as month,
       coalesce(s.points, 0) as stored, coalesce(p.points, 0) as proved
  from stored s
  full join proved p on p.day = s.day and p.kind = s.kind and coalesce(p.month, 'infinity') = coalesce(s.month, 'infinity')
 where s.points is distinct from p.points
 order by 1, 2, 3
