"""Step Functions: SDK tasks sign with the machine's role, payloads are limited, a definition is checked, a machine keeps its logging and lets it be delivered."""
import json

import botocore.exceptions

from local_engine.executions import role_of_execution
from local_engine.front import client
from local_engine.handlers import around
from ministack.core.responses import error_response_json
from ministack.services import cloudwatch_logs, stepfunctions
from ministack.services.cloudformation import provisioners

DELIVERY_POLICY = "AWSLogDeliveryWrite20150319"
RESOURCE_POLICY_LIMIT = 5_120  # CloudWatch Logs user guide, "CloudWatch Logs quotas"
PAYLOAD_LIMIT = 262_144  # Step Functions developer guide, "Quotas related to task executions"
CLIENT_NAMES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}  # of an SDK task -> of botocore


# -- SDK tasks --------------------------------------------------------------------------------------------------------


def call_sdk(resource, parameters):
    """arn:aws:states:::aws-sdk:SERVICE:ACTION, through the front with the credentials of the machine's role."""
    service, action = resource.split(":")[6:8]
    sdk = client(CLIENT_NAMES.get(service, service), role_of_execution.get())
    operation = sdk.meta.service_model.operation_model(action[0].upper() + action[1:])
    try:
        answer = sdk._make_api_call(operation.name, as_members(operation.input_shape, parameters))
    except botocore.exceptions.ClientError as failure:
        error = failure.response["Error"]
        raise stepfunctions._ExecutionError(stepfunctions._prefix_sdk_error(service, error["Code"]), error["Message"]) from failure
    answer.pop("ResponseMetadata")
    return {key[0].upper() + key[1:]: as_json(value) for key, value in answer.items()}


def as_members(shape, parameters):
    """An SDK task writes all names in PascalCase; the API may begin them with a lower case letter. A body may be JSON."""
    names = {name.lower(): name for name in shape.members} if shape else {}
    members = {names.get(key.lower(), key): value for key, value in parameters.items()}
    if not isinstance(members.get("Body", ""), str):
        members["Body"] = json.dumps(members["Body"])
    return members


def as_json(value):
    if hasattr(value, "read"):
        return value.read().decode()
    return json.loads(json.dumps(value, default=str))


def is_json(text):
    try:
        json.loads(text)
        return True
    except ValueError:
        return False


# -- Limits -----------------------------------------------------------------------------------------------------------


def check_size(state, value):
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > PAYLOAD_LIMIT:
        name = state.get("Resource") or state["Type"]
        raise stepfunctions._ExecutionError(
            "States.DataLimitExceeded",
            f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
        )


def limit_payloads():
    select, shape_output, shape_jsonata = stepfunctions._apply_result_selector, stepfunctions._apply_output_path, stepfunctions._apply_jsonata_output
    matches, start, apply_parameters = stepfunctions._error_matches, stepfunctions._start_execution, stepfunctions._apply_parameters

    def parameters_within_limit(state, data, ctx=None):
        effective = apply_parameters(state, data, ctx)
        check_size(state, effective)
        return effective

    def select_within_limit(state, result):
        check_size(state, result)
        return select(state, result)

    def output_within_limit(state, data, ctx=None):
        output = shape_output(state, data, ctx)
        check_size(state, output)
        return output

    def jsonata_output_within_limit(state, *parameters, **named):
        output = shape_jsonata(state, *parameters, **named)
        check_size(state, output)
        return output

    def match_by_name_only(names, error):
        """States.ALL does not catch what is terminal (Step Functions developer guide, error names)."""
        return error in names if error in ("States.DataLimitExceeded", "States.Runtime") else matches(names, error)

    def start_within_limit(request):
        if len(request.get("input", "").encode()) > PAYLOAD_LIMIT:
            return error_response_json(
                "ValidationException",
                "1 validation error detected: Value at 'input' failed to satisfy constraint: "
                f"Member must have length less than or equal to {PAYLOAD_LIMIT}",
                400,
            )
        if not is_json(request.get("input", "{}")):
            return error_response_json("InvalidExecutionInput", "Invalid State Machine Execution Input: it is not JSON", 400)
        return start(request)

    stepfunctions._apply_parameters = parameters_within_limit
    stepfunctions._apply_result_selector = select_within_limit
    stepfunctions._apply_output_path = output_within_limit
    stepfunctions._apply_jsonata_output = jsonata_output_within_limit
    stepfunctions._error_matches = match_by_name_only
    stepfunctions._start_execution = start_within_limit


# -- Definitions ------------------------------------------------------------------------------------------------------


def transitions(state):
    """Every state that may follow."""
    choices = state.get("Choices", []) + state.get("Catch", []) + [state]
    return [choice["Next"] for choice in choices if "Next" in choice] + ([state["Default"]] if "Default" in state else [])


def mistakes(machine, path=""):
    """Mistakes that AWS refuses, and features that ministack would pass over in silence."""
    states = machine.get("States", {})
    if machine.get("StartAt") not in states:
        yield f"MISSING_TRANSITION_TARGET: Missing 'StartAt' target: {machine.get('StartAt')} at {path}/StartAt"
    for name, state in states.items():
        here = f"{path}/States/{name}"
        for target in transitions(state):
            if target not in states:
                yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {here}"
        for feature in ("ItemBatcher", "ResultWriter"):
            if feature in state:
                yield f"{feature} is not available in the local AWS at {here}"
        for part in [state.get("ItemProcessor") or state.get("Iterator"), *state.get("Branches", [])]:
            if part:
                yield from mistakes(part, here)


def check_definition(definition):
    found = ", ".join(mistakes(definition))
    return f"Invalid State Machine Definition: '{found}'" if found else None


def check_definitions():
    check_jsonata = stepfunctions._validate_definition_jsonata

    def check(definition):
        try:
            return check_definition(json.loads(definition)) or check_jsonata(definition)
        except ValueError as failure:
            return f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {failure}'"

    def check_properties(properties):
        invalid = check(provisioners._sfn_definition(properties))
        if invalid:
            raise ValueError(invalid)
        let_deliver(properties)

    stepfunctions._validate_definition_jsonata = check
    around("AWS::StepFunctions::StateMachine", before=check_properties, after=keep_logging)


# -- Machines ---------------------------------------------------------------------------------------------------------


def keep_logging(arn, properties):
    """A template's names begin with a capital, those of the API do not."""
    if properties and "LoggingConfiguration" in properties:
        stepfunctions._state_machines[arn]["loggingConfiguration"] = as_api_names(properties["LoggingConfiguration"])


def let_deliver(properties):
    """
    Step Functions developer guide, "Best practices for Step Functions": each log group gets into a policy of the account, which is full at 5,120 characters; all below
    /aws/vendedlogs/ are there once. Nothing is taken out of it.
    """
    for destination in properties.get("LoggingConfiguration", {}).get("Destinations", []):
        arn = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]
        vended = ":log-group:/aws/vendedlogs/"
        resource = arn.split(vended)[0] + vended + "*" if vended in arn else arn
        policy = cloudwatch_logs._resource_policies.get(DELIVERY_POLICY)
        resources = json.loads(policy["policyDocument"])["Statement"][0]["Resource"] if policy else []
        if resource not in resources:
            document = json.dumps(delivery_of([*resources, resource]), separators=(",", ":"))
            if len(document) > RESOURCE_POLICY_LIMIT:
                raise ValueError("Resource limit exceeded: the resource policy of CloudWatch Logs would be longer than 5120 characters")
            cloudwatch_logs._put_resource_policy({"policyName": DELIVERY_POLICY, "policyDocument": document})


def delivery_of(resources):
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    statement = {"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": actions, "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}


def as_api_names(value):
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: as_api_names(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_api_names(item) for item in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def install():
    stepfunctions._invoke_aws_sdk_integration = call_sdk
    limit_payloads()
    check_definitions()
