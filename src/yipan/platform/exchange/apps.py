"""The exchange room joins the house."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "yipan.platform.exchange"
    label = "exchange"
    verbose_name = "接口与交换"
