"""The exchange room joins the house."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "yipan.platform.exchange"
    label = "exchange"
    verbose_name = "接口与交换"

    def ready(self) -> None:
        from yipan.platform import jobs
        from yipan.platform.records import rights, verbs
        from yipan.platform.ui import interface, navigation

        from . import callers, gateway, limits
        from .actions.issue import RIGHT

        rights.declare(RIGHT, "管理接口密钥")
        verbs.declare(
            {
                "api_key.issue": "发放接口密钥", "api_key.revoke": "停用接口密钥",
                "exchange.turn_away": "拒绝外部系统的调用",
            },
            kinds={"api_key": "接口密钥", "callback": "回调地址"},
        )  # fmt: skip
        interface.set_key_reader(callers.read)
        jobs.task("exchange.forget_counters")(limits.forget_old)
        jobs.periodic("*/10 * * * *", "exchange.forget_counters")
        jobs.task("exchange.forget_nonces")(gateway.forget_nonces)
        jobs.periodic("*/10 * * * *", "exchange.forget_nonces")
        navigation.register(
            "administration", "安全与审计", "接口密钥", "exchange:keys", icon="key", right=RIGHT, order=50,
            note="其他系统调用数据接口的密钥",
        )  # fmt: skip
