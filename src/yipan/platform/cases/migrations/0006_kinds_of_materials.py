from django.db import migrations, models
from django.db.models.functions import Concat


def the_kind_of_what_is_there(apps, _editor):
    """What was handed in before serves the same material of the same item again."""
    materials = apps.get_model("cases", "CaseMaterial").objects
    case = apps.get_model("cases", "Case").objects.filter(pk=models.OuterRef("case_id"))
    kind = Concat(models.Subquery(case.values("item_key")[:1]), models.Value(":"), models.F("code"))
    materials.update(kind=kind)
    materials.filter(source="licence").update(government=True)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_reuse"),
    ]

    operations = [
        migrations.RunPython(the_kind_of_what_is_there, migrations.RunPython.noop),
    ]
