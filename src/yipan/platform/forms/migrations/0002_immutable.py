"""Published forms and finished versions cannot be changed or deleted, not even by hand in the database."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("forms", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION forms_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % are final', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER forms_formversion_is_final BEFORE UPDATE OR DELETE ON forms_formversion
                FOR EACH ROW EXECUTE FUNCTION forms_refuse_change();
            CREATE TRIGGER forms_submissionversion_is_final BEFORE UPDATE OR DELETE ON forms_submissionversion
                FOR EACH ROW EXECUTE FUNCTION forms_refuse_change();
            """,
            """
            DROP TRIGGER forms_formversion_is_final ON forms_formversion;
            DROP TRIGGER forms_submissionversion_is_final ON forms_submissionversion;
            DROP FUNCTION forms_refuse_change();
            """,
        )
    ]
