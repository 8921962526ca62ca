"""A deployed version never changes: the database refuses UPDATE and DELETE."""

from django.db import migrations

MAKE = """
CREATE FUNCTION processes_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a deployed process version never changes: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER processes_definition_refuse BEFORE UPDATE OR DELETE ON processes_definition
    FOR EACH ROW EXECUTE FUNCTION processes_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("processes", "0001_initial")]

    operations = [
        migrations.RunSQL(
            MAKE, "DROP TRIGGER processes_definition_refuse ON processes_definition; DROP FUNCTION processes_refuse();"
        ),
    ]
