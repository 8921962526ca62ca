"""Published versions are final: the database itself refuses to change or delete them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION catalogue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % are final', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER catalogue_itemversion_is_final BEFORE UPDATE OR DELETE ON catalogue_itemversion
                FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change();
            """,
            """
            DROP TRIGGER catalogue_itemversion_is_final ON catalogue_itemversion;
            DROP FUNCTION catalogue_refuse_change();
            """,
        )
    ]
