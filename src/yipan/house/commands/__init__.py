"""The sub-commands of ``yipan``; each module has ``add_arguments(parser)`` and ``run(arguments) -> exit code``."""

import json
from typing import Any


def print_json(value: Any) -> None:
    """What ``--json`` prints: Chinese as it is, times and decimals as texts."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
