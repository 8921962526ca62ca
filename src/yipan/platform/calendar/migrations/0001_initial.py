"""Calendar years (append-only) and the business clock."""

from django.db import migrations, models

REFUSE = """
CREATE FUNCTION calendar_year_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a calendar year is never changed; add a revision' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER calendar_year_is_final BEFORE UPDATE OR DELETE ON calendar_calendaryear
  FOR EACH ROW EXECUTE FUNCTION calendar_year_is_final();
"""
ALLOW = """
DROP TRIGGER calendar_year_is_final ON calendar_calendaryear;
DROP FUNCTION calendar_year_is_final();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="BusinessClock",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("shift", models.DurationField(verbose_name="偏移")),
                ("frozen_at", models.DateTimeField(null=True, verbose_name="停在")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="calendar_one_clock")],
            },
        ),
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("revision", models.PositiveSmallIntegerField(verbose_name="版次")),
                ("data", models.JSONField(verbose_name="放假安排")),
                ("source", models.TextField(verbose_name="依据")),
                ("provisional", models.BooleanField(default=False, verbose_name="暂定")),
                ("reason", models.TextField(blank=True, default="", verbose_name="更正原因")),
                ("actor_name", models.TextField(blank=True, default="", verbose_name="录入人")),
                ("at", models.DateTimeField(verbose_name="录入时间")),
            ],
            options={
                "ordering": ["-year", "-revision"],
                "constraints": [models.UniqueConstraint(fields=("year", "revision"), name="calendar_year_revision")],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
