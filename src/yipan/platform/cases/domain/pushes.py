"""What the province's acceptance platform is told about which act (收件, 受理, 过程, 特别程序, 结果)."""

STAGES: dict[str, str] = {
    "submit": "receive",
    "notify_correction": "process",
    "submit_correction": "process",
    "accept": "accept",
    "deem_accepted": "accept",
    "accept_tolerantly": "accept",
    "refuse_acceptance": "accept",
    "order_special_procedure": "special",
    "end_special_procedure": "special",
    "convert": "process",
    "conclude_examination": "process",
    "review": "process",
    "return_to_examination": "process",
    "approve_extension": "process",
    "supply_tolerated": "process",
    "grant": "result",
    "refuse": "result",
    "terminate": "result",
    "withdraw": "result",
    "deem_withdrawn": "result",
    "deliver": "result",
}


def stage_of(verb: str) -> str | None:
    """The stage under which an act is reported, None for acts the province does not want."""
    return STAGES.get(verb)
