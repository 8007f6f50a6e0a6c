"""EventBridge and Scheduler: each delivery needs the permissions that AWS asks for, crosses accounts and Regions, and what fails goes to the dead-letter queue."""
import contextvars
import json
import re
import threading
import uuid
from dataclasses import dataclass

from local_engine import clock
from local_engine.front import denial
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, lambda_svc, scheduler, sns, sqs, stepfunctions

EVENTS, SCHEDULER = "events.amazonaws.com", "scheduler.amazonaws.com"
ACTIONS = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "states": "states:StartExecution",
    "events": "events:PutEvents",
}
NEED_ROLE = ("states",)


@dataclass(frozen=True)
class Sender:
    """A rule or a schedule."""

    service: str
    arn: str
    account: str

    def denial(self, action, resource, role):
        """As the role of the target if there is one, else as the service; only a bus takes what an account itself sends."""
        if role:
            refused = denial("sts:AssumeRole", role, service=self.service, account=self.account, context=self.source())
            return refused or denial(action, resource, role=role, session=self.service.split(".")[0])
        if resource.split(":")[2] == "events":
            return denial(action, resource, account=self.account)
        return denial(action, resource, service=self.service, account=self.account, context=self.source())

    def source(self):
        """The Scheduler names the group (User Guide, "Confused deputy prevention in EventBridge Scheduler")."""
        arn = re.sub(r":schedule/([^/]+)/.*", r":schedule-group/\1", self.arn)
        return {"aws:SourceArn": arn, "aws:SourceAccount": self.account}


class Undelivered(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def on_thread(work, *parameters):
    """Beside the request: the front may ask the engine for a policy."""
    threading.Thread(target=contextvars.copy_context().run, args=(work, *parameters), daemon=True).start()


# -- Targets ----------------------------------------------------------------------------------------------------------


def missing(what):
    raise Undelivered("RESOURCE_NOT_FOUND", f"{what} does not exist")


def to_function(target, payload, event):
    function, config, _ = lambda_svc._get_func_record_for_ref(target["Arn"])
    if not function:
        missing(target["Arn"])
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), json.loads(payload))


def to_queue(target, payload, event, attributes=None):
    queue = sqs._queue_by_arn(target["Arn"])
    if not queue:
        missing(target["Arn"])
    account, name = target["Arn"].split(":")[4:6]
    message = {"MessageBody": payload, **(target.get("SqsParameters") or {})}
    message["MessageAttributes"] = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
    sqs._act_send_message(message, sqs._queue_url_for_account(account, name))


def to_topic(target, payload, event):
    if not sns.publish_internal(target["Arn"], payload):
        missing(target["Arn"])


def to_machine(target, payload, event):
    status, _, body = stepfunctions._start_execution({"stateMachineArn": target["Arn"], "input": payload})
    if status >= 400:
        raise Undelivered("SDK_CLIENT_ERROR", json.loads(body)["message"])
    return json.loads(body)["executionArn"]


def to_bus(target, payload, event):
    bus = target["Arn"].split("/")[-1]
    eventbridge._ensure_default_bus()
    if bus not in eventbridge._event_buses:
        missing(target["Arn"])
    eventbridge._dispatch_event({**event, "EventBusName": bus})


SENDERS = {"lambda": to_function, "sqs": to_queue, "sns": to_topic, "states": to_machine, "events": to_bus}


def send(target, payload, event, sender):
    """The ARN of the execution, if one was started."""
    arn = target["Arn"]
    service, region, account = arn.split(":")[2:5]
    if service not in SENDERS:
        raise Undelivered("SDK_CLIENT_ERROR", f"the local AWS has no target like {arn}")
    if service in NEED_ROLE and not target.get("RoleArn"):
        raise Undelivered("NO_PERMISSIONS", f"RoleArn is required for target {arn}")
    refused = sender.denial(ACTIONS[service], arn, target.get("RoleArn"))
    if refused:
        raise Undelivered("NO_PERMISSIONS", refused)
    with request_scope(account, region):
        return SENDERS[service](target, payload, event)


def deliver(target, payload, event, sender):
    try:
        return {"delivered": True, "executionArn": send(target, payload, event, sender)}
    except Exception as failure:
        code = getattr(failure, "code", "SDK_CLIENT_ERROR")
        bury(target, payload, sender, code, str(failure))
        return {"delivered": False, "error": f"{code}: {failure}"}


def bury(target, payload, sender, code, message):
    """A rule sends to the queue for itself, a schedule as its role."""
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    role = target.get("RoleArn") if sender.service == SCHEDULER else None
    if not queue or sender.denial("sqs:SendMessage", queue, role):
        return
    named = {"RULE_ARN": sender.arn} if sender.service == EVENTS else {"SCHEDULE_ARN": sender.arn}
    attributes = {**named, "TARGET_ARN": target["Arn"], "ERROR_CODE": code, "ERROR_MESSAGE": message[:1000]}
    with request_scope(queue.split(":")[4], queue.split(":")[3]):
        to_queue({"Arn": queue}, payload, None, attributes)


# -- Rules ------------------------------------------------------------------------------------------------------------


def at_path(path, value):
    for part in path.removeprefix("$").strip(".").split("."):
        value = value[part] if part else value
    return value


def payload_for(target, event, rule, view):
    if target.get("InputTransformer"):
        return eventbridge._apply_input_transformer(target["InputTransformer"], rule, view)
    if target.get("Input"):
        return target["Input"]
    whole = view.event_with_detail()
    return json.dumps(at_path(target["InputPath"], whole) if target.get("InputPath") else whole)


def invoke_target(target, event, rule, view=None):
    if "FlexibleTimeWindow" in rule:
        on_thread(fire, rule)
        return
    view = view or eventbridge._pattern_event_view(event)
    sender = Sender(EVENTS, rule["Arn"], get_account_id())
    on_thread(deliver, target, payload_for(target, event, rule, view), event, sender)


def put_events_to_any_bus(put_events):
    def put(request, allow_aws_source=False):
        """A bus may be that of another account or Region; the event keeps those of its sender."""
        home = get_account_id(), get_region()
        answers = []
        for entry in request.get("Entries", []):
            parts = entry.get("EventBusName", "default").split(":")
            with request_scope(*((parts[4], parts[3]) if len(parts) == 6 else home)):
                eventbridge._ensure_default_bus()
                status, headers, body = put_events({"Entries": [entry]}, allow_aws_source)
            answers.append(json.loads(body))
        if not answers or len(answers) > 10:
            return put_events(request, allow_aws_source)
        entries = [result for answer in answers for result in answer["Entries"]]
        return eventbridge.json_response({"FailedEntryCount": sum(answer["FailedEntryCount"] for answer in answers), "Entries": entries})

    return put


# -- Schedules --------------------------------------------------------------------------------------------------------


def fire(schedule):
    target = schedule["Target"]
    values = {
        "schedule-arn": schedule["Arn"],
        "scheduled-time": clock.now_iso()[:19] + "Z",
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }
    payload = target.get("Input") or "{}"
    for name, value in values.items():
        payload = payload.replace(f"<aws.scheduler.{name}>", value)
    return deliver(target, payload, None, Sender(SCHEDULER, schedule["Arn"], schedule["Arn"].split(":")[4]))


def fire_now(request):
    with request_scope(request["account"], request["region"]):
        schedule = scheduler._schedules.get(f"{request['group']}/{request['name']}")
        if not schedule:
            return 404, {"message": f"there is no schedule {request['group']}/{request['name']}"}
        if schedule["State"] != "ENABLED":
            return 400, {"message": f"the schedule {request['name']} is {schedule['State']}"}
        return 200, fire(schedule)


# -- Functions --------------------------------------------------------------------------------------------------------


def bury_failed_invocations(route):
    def call(target_arn, name, event, result):
        """A function's own dead-letter queue gets the event as it was; only a destination gets it wrapped."""
        config = lambda_svc._functions[name]["config"]
        if (config.get("DeadLetterConfig") or {}).get("TargetArn") != target_arn or ":sqs:" not in target_arn:
            route(target_arn, name, event, result)
        elif not denial("sqs:SendMessage", target_arn, role=config["Role"], session=name):
            body = result.get("body") if isinstance(result.get("body"), dict) else {}
            to_queue({"Arn": target_arn}, json.dumps(event), None, {"ErrorCode": "200", "ErrorMessage": str(body.get("errorMessage") or "-")[:1000]})

    return call


def install():
    eventbridge._invoke_target = invoke_target
    eventbridge._put_events = put_events_to_any_bus(eventbridge._put_events)
    lambda_svc._route_async_failure = bury_failed_invocations(lambda_svc._route_async_failure)
    lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS = 0.2  # AWS waits a minute, then two
    sns._lambda_svc = lambda_svc
