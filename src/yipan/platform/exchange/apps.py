"""The exchange room joins the house."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "yipan.platform.exchange"
    label = "exchange"
    verbose_name = "接口与交换"

    def ready(self) -> None:
        from yipan.platform.records import verbs

        verbs.declare(
            {"api_key.issue": "发放接口密钥", "api_key.revoke": "停用接口密钥"}, kinds={"api_key": "接口密钥"}
        )
