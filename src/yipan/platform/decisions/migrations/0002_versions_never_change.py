"""A published version never changes: the database refuses UPDATE and DELETE."""

from django.db import migrations

MAKE = """
CREATE FUNCTION decisions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published decision never changes: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER decisions_model_refuse BEFORE UPDATE OR DELETE ON decisions_decisionmodel
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]

    operations = [
        migrations.RunSQL(
            MAKE, "DROP TRIGGER decisions_model_refuse ON decisions_decisionmodel; DROP FUNCTION decisions_refuse();"
        ),
    ]
