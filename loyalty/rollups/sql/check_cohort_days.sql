select coalesce(d.day, counted.day) as day, coalesce(d.month, counted.month) as month,
       coalesce(d.opened, 0) as stored, coalesce(counted.opened, 0) as proved
  from (select * from loyalty_cohortday
         where clinic_id = any(%(clinics)s::bigint[]) and day between %(first)s::date and %(last)s::date) d
  full join (select * from counted where issued <> 0 or burnt <> 0 or opened <> 0) counted
    on counted.day = d.day and counted.month = d.month
 where (d.issued, d.burnt, d.opened) is distinct from (counted.issued, counted.burnt, counted.opened)
 order by 1, 2
