"""Small BPMN models for tests: ``model(body)`` wraps elements of a process, ``flow(a, b)`` joins two of them."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:yipan="urn:yipan:bpmn:1" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">\n'
)


def model(*body: str, roots: str = "", attributes: str = 'isExecutable="true"') -> bytes:
    """A document with one process, one element a line (findings name lines)."""
    inside = "\n".join(body)
    return f'{HEAD}{roots}<process id="p" name="流程" {attributes}>\n{inside}\n</process>\n</definitions>\n'.encode()


def flow(source: str, target: str, inside: str = "", **attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    key = f"{source}_{target}"
    return f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}"{more}>{inside}</sequenceFlow>'


def between(element: str, key: str = "x", *more: str, roots: str = "") -> bytes:
    """start → the element → end."""
    start, end = '<startEvent id="s"/>', '<endEvent id="e"/>'
    return model(start, element, end, flow("s", key), flow(key, "e"), *more, roots=roots)


def condition(text: str) -> str:
    return f'<conditionExpression xsi:type="tFormalExpression">{text}</conditionExpression>'


def flows(pairs: str) -> list[str]:
    """``"s>t t>e"``: two flows."""
    return [flow(*pair.split(">")) for pair in pairs.split()]
