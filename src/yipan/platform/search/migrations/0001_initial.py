"""The index with its tsvector, words, and the log of searches."""

import django.contrib.postgres.fields
from django.db import migrations, models

VECTOR = """
ALTER TABLE search_document ADD COLUMN vector tsvector NOT NULL DEFAULT ''::tsvector;
CREATE INDEX search_document_vector ON search_document USING gin (vector);
CREATE INDEX search_document_names ON search_document USING gin (names);
CREATE INDEX search_document_codes ON search_document USING gin (codes);
"""


def texts(name: str) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.TextField(), default=list, size=None, verbose_name=name
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30, verbose_name="类别")),
                ("key", models.CharField(max_length=120, verbose_name="键")),
                ("title", models.TextField(verbose_name="名称")),
                ("names", texts("名称与别名（规范化）")),
                ("summary", models.TextField(blank=True, default="", verbose_name="简介")),
                ("url", models.TextField(verbose_name="地址")),
                ("unit_name", models.TextField(blank=True, default="", verbose_name="单位")),
                ("region", models.CharField(blank=True, default="", max_length=12, verbose_name="行政区划")),
                ("facets", texts("筛选项")),
                ("codes", texts("编码")),
                ("popularity", models.PositiveSmallIntegerField(default=0, verbose_name="热度")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="search_document_key")],
            },
        ),
        migrations.CreateModel(
            name="Query",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(db_index=True, verbose_name="日期")),
                ("text", models.TextField(verbose_name="搜索词")),
                ("kind", models.CharField(blank=True, default="", max_length=30, verbose_name="类别")),
                ("hits", models.PositiveIntegerField(verbose_name="结果数")),
                ("guessed", models.BooleanField(default=False, verbose_name="按近似词找到")),
            ],
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.TextField(verbose_name="词（规范化）")),
                ("shown", models.TextField(verbose_name="词")),
                ("keys", texts("指向")),
                ("phrases", texts("同义词")),
                ("role", models.CharField(max_length=10, verbose_name="作用")),
                ("order", models.PositiveIntegerField(default=0, verbose_name="次序")),
                ("source", models.CharField(max_length=120, verbose_name="来源")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("role", "word"), name="search_word_once")],
            },
        ),
        migrations.RunSQL(VECTOR, "ALTER TABLE search_document DROP COLUMN vector"),
    ]
