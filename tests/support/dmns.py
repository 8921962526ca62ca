"""Small DMN models for tests: ``model(table(…))`` writes a document, rows as lines of cells."""

from xml.sax.saxutils import escape

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" '
    'id="d" name="m" namespace="urn:m">\n'
)


def model(*parts: str, namespace: str = "urn:m") -> bytes:
    return (HEAD.replace("urn:m", namespace) + "\n".join(parts) + "\n</definitions>\n").encode()


def given(*names: str, **typed: str) -> str:
    """Input data; typed ones as ``age="number"``."""
    all_ = {**dict.fromkeys(names, ""), **typed}
    return "\n".join(
        f'<inputData id="i_{name}" name="{name}"><variable name="{name}"{_type(kind)}/></inputData>'
        for name, kind in all_.items()
    )  # fmt: skip


def decision(name: str, logic: str, *needs: str, kind: str = "") -> str:
    """``needs``: ``i_age`` input data, ``d_other`` a decision, ``k_fee`` a knowledge model or service."""
    required = "".join(_need(one) for one in needs)
    return f'<decision id="d_{name}" name="{name}"><variable name="{name}"{_type(kind)}/>{required}{logic}</decision>'


def _need(key: str) -> str:
    tag, inner = {"i": ("informationRequirement", "requiredInput"), "d": ("informationRequirement", "requiredDecision"),
                  "k": ("knowledgeRequirement", "requiredKnowledge")}[key.rpartition("#")[2][0]]  # fmt: skip
    href = key if "#" in key else f"#{key}"
    return f'<{tag}><{inner} href="{href}"/></{tag}>'


def _type(kind: str) -> str:
    return f' typeRef="{kind}"' if kind else ""


def text(feel: str, kind: str = "") -> str:
    return f"<literalExpression{_type(kind)}><text>{escape(feel)}</text></literalExpression>"


def table(inputs: str, outputs: str, *rows: str, policy: str = "UNIQUE", aggregation: str = "", default: str = "",
          allowed: str = "", order: str = "") -> str:  # fmt: skip
    """``inputs`` and ``outputs`` are names by commas; a row is ``test | test -> value | value``."""
    ins = "".join(
        f'<input label="{name}"><inputExpression><text>{name}</text></inputExpression>'
        + (f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else "") + "</input>"
        for name in _cells(inputs, ",")
    )  # fmt: skip
    values = f"<outputValues><text>{escape(order)}</text></outputValues>" if order else ""
    preset = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    outs = "".join(f'<output name="{name}">{values}{preset}</output>' for name in _cells(outputs, ","))
    rules = "".join(_rule(row) for row in rows)
    more = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="t" hitPolicy="{policy}"{more}>{ins}{outs}{rules}</decisionTable>'


def _rule(row: str) -> str:
    tests, _, values = row.partition("->")
    made = "".join(f"<inputEntry><text>{escape(one.strip())}</text></inputEntry>" for one in tests.split("|"))
    return (
        "<rule>"
        + made
        + "".join(f"<outputEntry><text>{escape(one)}</text></outputEntry>" for one in _cells(values))
        + "</rule>"
    )


def _cells(line: str, by: str = "|") -> list[str]:
    return [cell.strip() for cell in line.split(by)] if line.strip() else []


def knowledge(name: str, parameters: str, logic: str, *needs: str, kind: str = "") -> str:
    formal = "".join(f'<formalParameter name="{one}"/>' for one in _cells(parameters, ","))
    return (
        f'<businessKnowledgeModel id="k_{name}" name="{name}"><variable name="{name}"{_type(kind)}/>'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>{''.join(_need(one) for one in needs)}"
        "</businessKnowledgeModel>"
    )


def service(name: str, outputs: str, inputs: str = "", decisions: str = "") -> str:
    parts = [f'<outputDecision href="#d_{one}"/>' for one in _cells(outputs, ",")]
    parts += [f'<inputDecision href="#d_{one}"/>' for one in _cells(decisions, ",")]
    parts += [f'<inputData href="#i_{one}"/>' for one in _cells(inputs, ",")]
    return f'<decisionService id="k_{name}" name="{name}"><variable name="{name}"/>{"".join(parts)}</decisionService>'
