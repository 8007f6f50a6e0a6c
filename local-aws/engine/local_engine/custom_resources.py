"""Custom resources: a Delete after a failed Create, the limit of an answer, and patience with a throttled function."""
import json
import time

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource, stacks

ANSWER_LIMIT = 4096  # AWS CloudFormation user guide, custom resource response objects
TOO_LONG = "Response object is too long."
THROTTLE_PAUSE_SECONDS = 0.2

failed_creates = {}  # (stack id, logical id) -> the record that a created resource would have
physical_ids = {}  # (stack id, logical id) -> the physical id that the failing function answered


def install():
    invoke = custom_resource.invoke_custom_resource
    deliver = custom_resource.deliver_response
    roll_back = stacks._roll_back_operation
    execute = lambda_svc._execute_function_with_config_scope

    def deliver_within_limit(token, answer):
        if len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()) > ANSWER_LIMIT:
            answer = {**answer, "Status": "FAILED", "Reason": TOO_LONG}
        physical_ids[answer.get("StackId"), answer.get("LogicalResourceId")] = answer.get("PhysicalResourceId")
        return deliver(token, answer)

    def invoke_and_remember_failure(request_type, logical_id, properties, stack_name, stack_id, resource_type, *rest, **named):
        physical_ids.pop((stack_id, logical_id), None)
        try:
            return invoke(request_type, logical_id, properties, stack_name, stack_id, resource_type, *rest, **named)
        except Exception:
            if request_type == "Create":
                failed_creates[stack_id, logical_id] = {
                    "PhysicalResourceId": physical_ids.get((stack_id, logical_id)) or f"{stack_name}-{logical_id}",
                    "ResourceType": resource_type,
                    "Properties": properties,
                }
            raise

    async def roll_back_failed_creates_too(stack_name, stack_id, stack, operation, *rest):
        for stack_of_failure, logical_id in list(failed_creates):
            if stack_of_failure == stack_id:
                stack.setdefault("_resources", {})[logical_id] = failed_creates.pop((stack_id, logical_id))
                operation["created"].append(logical_id)
        await roll_back(stack_name, stack_id, stack, operation, *rest)

    def execute_patiently(function, event):
        """CloudFormation's own invocations are asynchronous: AWS queues and repeats them while the function is throttled."""
        result = execute(function, event)
        while result.get("throttle") and isinstance(event, dict) and "ResponseURL" in event:
            time.sleep(THROTTLE_PAUSE_SECONDS)
            result = execute(function, event)
        return result

    custom_resource.deliver_response = deliver_within_limit
    custom_resource.invoke_custom_resource = invoke_and_remember_failure
    stacks._roll_back_operation = roll_back_failed_creates_too
    lambda_svc._execute_function_with_config_scope = execute_patiently
