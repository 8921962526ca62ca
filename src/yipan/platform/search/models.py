"""The index, the words people use, and what they searched for (without who). The tsvector column is made by SQL."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Document(models.Model):
    """One findable thing; rewritten by its room whenever it changes."""

    kind = models.CharField("类别", max_length=30)
    key = models.CharField("键", max_length=120)
    title = models.TextField("名称")
    names = ArrayField(models.TextField(), verbose_name="名称与别名（规范化）", default=list)
    summary = models.TextField("简介", blank=True, default="")
    url = models.TextField("地址")
    unit_name = models.TextField("单位", blank=True, default="")
    region = models.CharField("行政区划", max_length=12, blank=True, default="")
    facets = ArrayField(models.TextField(), verbose_name="筛选项", default=list)
    codes = ArrayField(models.TextField(), verbose_name="编码", default=list)
    popularity = models.PositiveSmallIntegerField("热度", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="search_document_key")]


class Word(models.Model):
    """An everyday word: which documents it means (`keys` as kind:key), or other words for it (`phrases`)."""

    word = models.TextField("词（规范化）")
    shown = models.TextField("词")
    keys = ArrayField(models.TextField(), verbose_name="指向", default=list)
    phrases = ArrayField(models.TextField(), verbose_name="同义词", default=list)
    role = models.CharField("作用", max_length=10)  # synonym, ignore, hot
    order = models.PositiveIntegerField("次序", default=0)
    source = models.CharField("来源", max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "word"], name="search_word_once")]


class Query(models.Model):
    """One search: the day, the text with long digits struck out, the number of hits. No account, address or session."""

    day = models.DateField("日期", db_index=True)
    text = models.TextField("搜索词")
    kind = models.CharField("类别", max_length=30, blank=True, default="")
    hits = models.PositiveIntegerField("结果数")
    guessed = models.BooleanField("按近似词找到", default=False)
