"""Which clinic an account belongs to, in one place for all SQL that asks."""

from django.db import migrations

# A household's account belongs to the home clinic of the person to call, else of its first person. Whoever joins the
# view reads only what it asks for: the planner takes it apart.
CREATE = """
    create view loyalty_accounthome as
    select a.id as account_id, a.unit, a.patient_id, a.household_id, a.opened_at, a.rolling_until, a.rolling_months,
           coalesce(p.home_clinic_id, c.home_clinic_id,
                    (select f.home_clinic_id from patients_patient f
                      where f.household_id = h.id order by f.id limit 1)) as clinic_id
      from loyalty_account a
      left join patients_patient p on p.id = a.patient_id
      left join patients_household h on h.id = a.household_id
      left join patients_patient c on c.id = h.contact_id"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0045_patients_who_moved"), ("patients", "0013_former_member")]
    operations = [migrations.RunSQL(CREATE, "drop view loyalty_accounthome")]
