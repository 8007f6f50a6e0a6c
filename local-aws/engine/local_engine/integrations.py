"""Step Functions: what a machine does with other services needs the permissions of its role; another machine can be started and waited for."""
import contextvars
import json

from local_engine import executions
from local_engine.front import denial
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, stepfunctions

INTEGRATION = "arn:aws:states:::"


def arn(service, resource):
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


# -- Permissions ------------------------------------------------------------------------------------------------------


def function_arn(reference):
    name = reference if reference.startswith("arn:") else arn("lambda", f"function:{reference}")
    return name


def queue_arn(url):
    account, name = url.rstrip("/").split("/")[-2:]
    return f"arn:aws:sqs:{get_region()}:{account}:{name}"


def bus_arn(name):
    return name if name.startswith("arn:") else arn("events", f"event-bus/{name}")


# integration -> the prefix of its errors, what it does, and to what
ACTIONS = {
    "lambda:invoke": ("Lambda.AWSLambdaException", "lambda:InvokeFunction", lambda data: [function_arn(data["FunctionName"])]),
    "sns:publish": ("SNS.AuthorizationErrorException", "sns:Publish", lambda data: [data.get("TopicArn") or data["TargetArn"]]),
    "sqs:sendMessage": ("SQS.AmazonSQSException", "sqs:SendMessage", lambda data: [queue_arn(data["QueueUrl"])]),
    "events:putEvents": (
        "EventBridge.AccessDeniedException", "events:PutEvents", lambda data: [bus_arn(entry.get("EventBusName", "default")) for entry in data["Entries"]]
    ),
    "states:startExecution": ("StepFunctions.AccessDeniedException", "states:StartExecution", lambda data: [data["StateMachineArn"]]),
}


def check(role, error, action, resource):
    found = denial(action, resource, role=role, session="states")
    if found:
        executions.fail(error, found)


def check_integration(resource, data):
    role = executions.role_of_execution.get()
    if role is None:
        return  # a test of a single state
    if resource.startswith("arn:aws:lambda:"):
        check(role, "Lambda.AWSLambdaException", "lambda:InvokeFunction", resource)
    for name, (error, action, resources) in ACTIONS.items():
        if resource.startswith(INTEGRATION + name):
            for target in resources(data):
                check(role, error, action, target)


# -- Integrations -----------------------------------------------------------------------------------------------------


def put_events(resource, data):
    entries = [{**entry, "Detail": entry["Detail"] if isinstance(entry.get("Detail"), str) else json.dumps(entry.get("Detail", {}))} for entry in data["Entries"]]
    answer = json.loads(eventbridge._put_events({"Entries": entries})[2])
    if answer.get("FailedEntryCount"):
        executions.fail("EventBridge.FailedEntry", json.dumps(answer))
    return answer


def start_execution(resource, data):
    status, _, body = stepfunctions._start_execution(stepfunctions._nested_start_execution_request(data))
    answer = json.loads(body)
    if status >= 400:
        executions.fail(f"StepFunctions.{answer['__type']}Exception", answer["message"])
    return {"ExecutionArn": answer["executionArn"], "StartDate": answer["startDate"]}


def start_execution_and_wait(resource, data):
    """The end of the parent stops the child."""
    arn = start_execution(resource, data)["ExecutionArn"]
    child = stepfunctions._executions[arn]
    end = executions.ends.setdefault(arn, executions.clock.Signal())
    parent = executions.current_execution.get()
    while not end.wait(executions.clock.now() + 1):
        if parent and not executions.is_running(parent):
            stepfunctions._stop_execution({"executionArn": arn})
            raise executions.Ended()
    description = {key[0].upper() + key[1:]: value for key, value in json.loads(stepfunctions._describe_execution({"executionArn": arn})[2]).items()}
    if child["status"] != "SUCCEEDED":
        executions.fail("States.TaskFailed", json.dumps(description))
    if resource.endswith(".sync:2"):
        description["Output"] = json.loads(description["Output"])
    return description


def read_items_as_machine():
    read, run_map = stepfunctions._s3_object_text, stepfunctions._run_distributed_map

    def read_with_permission(bucket, key):
        role = executions.role_of_execution.get()
        if role:
            check(role, "States.ItemReaderFailed", "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        return read(bucket, key)

    def run_map_with_permission(state, data, effective, iterator, execution, context):
        role = executions.role_of_execution.get()
        if role:  # each child is an execution that the machine starts
            check(role, "States.Runtime", "states:StartExecution", execution["stateMachineArn"])
        return run_map(state, data, effective, iterator, execution, context)

    stepfunctions._s3_object_text = read_with_permission
    stepfunctions._run_distributed_map = run_map_with_permission


def install():
    invoke = stepfunctions._invoke_resource

    def invoke_with_permission(resource, data):
        check_integration(resource, data)
        return invoke(resource, data)

    stepfunctions._invoke_resource = invoke_with_permission
    stepfunctions._invoke_nested_start_execution = start_execution
    stepfunctions._invoke_nested_start_execution_sync = start_execution_and_wait
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::events:putEvents"] = put_events
    read_items_as_machine()
