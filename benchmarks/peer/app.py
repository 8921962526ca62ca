"""The peer of ``benchmarks/journey.py``: a plain Django application over SpiffWorkflow, its state in the database.

The same process model (its conditions written in Python), sessions, sign-in, CSRF, a right per lane, the state locked
and kept in one row, a line of a log for each step; the process specification stays in memory. No pages: only the posts.
"""

import os
import re
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

PROCESS = "general_approval"


def configure() -> None:
    from django.conf import settings

    parts = conninfo_to_dict(os.environ["PEER_DATABASE_URL"])
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="peer.views",
        USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql", "NAME": parts["dbname"], "USER": parts.get("user", ""),
                "PASSWORD": parts.get("password", ""), "HOST": parts.get("host", ""), "PORT": parts.get("port", ""),
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "peer",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )  # fmt: skip
    import django

    django.setup()


def in_python(xml: str) -> str:
    """The model with conditions as SpiffWorkflow evaluates them."""
    xml = re.sub(r'(\w+) = ("\w+")(?=</bpmn:conditionExpression>)', r"\1 == \2", xml)
    xml = re.sub(r"(\w+) = true(?=</bpmn:conditionExpression>)", r"\1 == True", xml)
    xml = re.sub(r">P(\d+)WD<", r">'P\1D'<", xml)
    xml = re.sub(r"<bpmn:(/?)serviceTask", r"<bpmn:\1task", xml).replace("</bpmn:serviceTask>", "</bpmn:task>")
    return re.sub(r' yipan:\w+="[^"]*"', "", xml)


class Specs:
    """The parsed process and a serializer that does not write it into every row."""

    def __init__(self) -> None:
        import io

        from lxml import etree
        from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        parser = BpmnParser()
        model = in_python(Path(os.environ["PEER_MODEL"]).read_text())
        parser.add_bpmn_xml(etree.parse(io.BytesIO(model.encode())))
        self.spec = parser.get_spec(PROCESS)
        self.serializer = BpmnWorkflowSerializer()
        registry = self.serializer.registry
        name = registry.typenames[type(self.spec)]
        registry.convert_to_dict[name] = lambda spec: {"name": spec.name, "typename": name}
        registry.convert_from_dict[name] = lambda _kept: self.spec

    def begin(self, data: dict[str, Any]) -> Any:
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
        from SpiffWorkflow.util.task import TaskState

        workflow = BpmnWorkflow(self.spec)
        workflow.get_next_task(state=TaskState.READY).data.update(data)
        workflow.do_engine_steps()
        return workflow
