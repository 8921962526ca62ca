"""Which BPMN elements and attributes are executed, only kept, or refused.

Source: BPMN 2.0.2 (OMG formal/2013-12-09). An element that stands in none of the tables is refused, so nothing that
changes behaviour can pass unnoticed.
"""

from .model import Kind

KINDS: dict[str, Kind] = {
    "startEvent": "start", "endEvent": "end", "intermediateCatchEvent": "catch", "intermediateThrowEvent": "throw",
    "boundaryEvent": "boundary", "userTask": "user", "serviceTask": "service", "scriptTask": "script",
    "businessRuleTask": "rule", "sendTask": "send", "receiveTask": "receive", "manualTask": "manual", "task": "task",
    "callActivity": "call", "subProcess": "subprocess", "transaction": "transaction",
    "exclusiveGateway": "exclusive", "parallelGateway": "parallel", "inclusiveGateway": "inclusive",
    "eventBasedGateway": "event_based",
}  # fmt: skip

EVENTS = {
    "messageEventDefinition": "message", "timerEventDefinition": "timer", "signalEventDefinition": "signal",
    "errorEventDefinition": "error", "escalationEventDefinition": "escalation",
    "conditionalEventDefinition": "conditional", "terminateEventDefinition": "terminate",
    "linkEventDefinition": "link", "compensateEventDefinition": "compensation", "cancelEventDefinition": "cancel",
}  # fmt: skip

# Which event kinds may stand at which place (BPMN 2.0.2 table 10.93).
PLACES: dict[str, frozenset[str]] = {
    "start": frozenset(("none", "message", "timer", "signal", "conditional")),
    "event_subprocess_start": frozenset(
        ("message", "timer", "signal", "conditional", "error", "escalation", "compensation")
    ),
    "end": frozenset(("none", "message", "signal", "error", "escalation", "terminate", "compensation", "cancel")),
    "catch": frozenset(("message", "timer", "signal", "conditional", "link")),
    "throw": frozenset(("none", "message", "signal", "escalation", "link", "compensation")),
    "boundary": frozenset(
        ("message", "timer", "signal", "conditional", "error", "escalation", "compensation", "cancel")
    ),
}

# Kept in the XML, shown in the picture where they have a shape, without effect on tokens.
DECORATIONS = {
    "documentation", "extensionElements", "incoming", "outgoing", "laneSet", "dataObject", "dataObjectReference",
    "dataStoreReference", "textAnnotation", "association", "group", "ioSpecification", "dataInputAssociation",
    "dataOutputAssociation", "property", "category", "categoryValue", "dataInput", "dataOutput", "inputSet",
    "outputSet", "auditing", "monitoring", "childLaneSet", "supports", "artifact",
}  # fmt: skip
ASSIGNMENTS = {"performer", "humanPerformer", "potentialOwner", "resourceRole"}
ROOT_ELEMENTS = {
    "process", "collaboration", "message", "signal", "error", "escalation", "itemDefinition", "dataStore", "category",
    "resource", "import", "interface", "partnerEntity", "partnerRole", "globalTask", "correlationProperty",
    "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask",
    "documentation", "extensionElements", "extension", "relationship", "endPoint",
}  # fmt: skip

NODE_ATTRIBUTES = {"id", "name"}
ACTIVITY_ATTRIBUTES = NODE_ATTRIBUTES | {"default", "isForCompensation", "startQuantity", "completionQuantity"}
ATTRIBUTES: dict[str, set[str]] = {
    "startEvent": NODE_ATTRIBUTES | {"isInterrupting", "parallelMultiple"},
    "endEvent": NODE_ATTRIBUTES,
    "intermediateCatchEvent": NODE_ATTRIBUTES | {"parallelMultiple"},
    "intermediateThrowEvent": NODE_ATTRIBUTES,
    "boundaryEvent": NODE_ATTRIBUTES | {"attachedToRef", "cancelActivity", "parallelMultiple"},
    "userTask": ACTIVITY_ATTRIBUTES | {"implementation"},
    "serviceTask": ACTIVITY_ATTRIBUTES | {"implementation", "operationRef"},
    "sendTask": ACTIVITY_ATTRIBUTES | {"implementation", "operationRef", "messageRef"},
    "receiveTask": ACTIVITY_ATTRIBUTES | {"implementation", "operationRef", "messageRef", "instantiate"},
    "scriptTask": ACTIVITY_ATTRIBUTES | {"scriptFormat"},
    "businessRuleTask": ACTIVITY_ATTRIBUTES | {"implementation"},
    "manualTask": ACTIVITY_ATTRIBUTES,
    "task": ACTIVITY_ATTRIBUTES,
    "callActivity": ACTIVITY_ATTRIBUTES | {"calledElement"},
    "subProcess": ACTIVITY_ATTRIBUTES | {"triggeredByEvent"},
    "transaction": ACTIVITY_ATTRIBUTES | {"triggeredByEvent", "method"},
    "exclusiveGateway": NODE_ATTRIBUTES | {"default", "gatewayDirection"},
    "inclusiveGateway": NODE_ATTRIBUTES | {"default", "gatewayDirection"},
    "parallelGateway": NODE_ATTRIBUTES | {"gatewayDirection"},
    "eventBasedGateway": NODE_ATTRIBUTES | {"gatewayDirection", "eventGatewayType", "instantiate"},
    "sequenceFlow": NODE_ATTRIBUTES | {"sourceRef", "targetRef", "isImmediate"},
    "process": NODE_ATTRIBUTES | {"isExecutable", "processType", "isClosed", "definitionalCollaborationRef"},
}
# Attributes that are allowed with one meaning only.
FIXED: dict[str, tuple[str, str, str]] = {
    "startQuantity": ("1", "起始数量只能是 1", "请删去；要等几个分支到齐，请用并行网关汇聚"),
    "completionQuantity": ("1", "完成数量只能是 1", "请删去；要同时走几条路，请用并行网关分开"),
    "parallelMultiple": ("false", "并行多重事件不执行", "请用并行网关连接多个事件"),
}
LOOPS = {"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"}
# Children that only some kinds of activity have, besides decorations and assignments.
OWN_CHILDREN: dict[str, set[str]] = {"script": {"script"}, "user": {"rendering"}}
MULTI_CHILDREN = {
    "loopCardinality", "completionCondition", "loopDataInputRef", "loopDataOutputRef", "inputDataItem",
    "outputDataItem", "extensionElements", "documentation",
}  # fmt: skip
REFUSED = {
    "adHocSubProcess": ("临时子流程没有确定的次序，不能执行", "请改为普通子流程，或由办理人发起子流程"),
    "complexGateway": ("复杂网关不执行", "请改用包容网关，或多实例加完成条件"),
    "subChoreography": ("编排图不执行", "请画成流程"),
    "callChoreography": ("编排图不执行", "请画成流程"),
    "choreographyTask": ("编排图不执行", "请画成流程"),
    "implicitThrowEvent": ("隐式事件不执行", "请画成中间抛出事件"),
    "event": ("未定型的事件不执行", "请改为开始、中间或结束事件"),
}
