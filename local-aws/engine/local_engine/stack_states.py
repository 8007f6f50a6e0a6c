"""CloudFormation: what a stack and a resource say of themselves while an operation is under way, which ministack says when it is over."""
import threading

from ministack.core.responses import request_scope
from ministack.services import cloudformation as ministack_cloudformation
from ministack.services.cloudformation import custom_resource, handlers, stacks

STACK = "AWS::CloudFormation::Stack"

request_of_thread = threading.local()  # stack and token of the request for which the thread waits
waiting = {}  # token of a request that was not answered -> the id of its stack


def events_of(stack, logical_id):
    return [event for event in ministack_cloudformation._stack_events.get(stack["StackId"], []) if event["LogicalResourceId"] == logical_id]


# -- Resources --------------------------------------------------------------------------------------------------------


def resource_under_way(stack, logical_id):
    """What AWS reports of a resource that is created, updated or deleted just now; a predecessor that is cleaned up does not count."""
    known = stack.get("_resources", {}).get(logical_id, {})
    own = [event for event in events_of(stack, logical_id) if event["PhysicalResourceId"] in ("", known.get("PhysicalResourceId", event["PhysicalResourceId"]))]
    if not own or not own[-1]["ResourceStatus"].endswith("_IN_PROGRESS"):
        return None
    event = own[-1]
    physical_id = event["PhysicalResourceId"] or known.get("PhysicalResourceId", "")
    return {**event, "PhysicalResourceId": physical_id}


def describe_resources_under_way():
    describe = handlers._describe_stack_resource

    def describe_stack_resource(parameters):
        stack = handlers._resolve_stack(handlers._p(parameters, "StackName"))
        resource = stack and resource_under_way(stack, handlers._p(parameters, "LogicalResourceId"))
        if not resource:
            return describe(parameters)
        names = ("StackName", "StackId", "LogicalResourceId", "PhysicalResourceId", "ResourceType", "ResourceStatus")
        detail = "".join(f"<{name}>{handlers._esc(resource[name])}</{name}>" for name in names if resource[name])
        detail += f"<LastUpdatedTimestamp>{resource['Timestamp']}</LastUpdatedTimestamp>"
        return handlers._xml(
            200, "DescribeStackResourceResponse", f"<DescribeStackResourceResult><StackResourceDetail>{detail}</StackResourceDetail></DescribeStackResourceResult>"
        )

    handlers._ACTION_HANDLERS["DescribeStackResource"] = describe_stack_resource


def create_in_an_update():
    """What is new in an update is created; ministack calls it updated."""
    add = stacks._add_event

    def add_event(stack_id, stack_name, logical_id, resource_type, status, *rest, **named):
        stack = ministack_cloudformation._stacks.get(stack_name)
        if stack and resource_type != STACK and status.startswith("UPDATE_"):
            known, earlier = stack.get("_resources", {}).get(logical_id), events_of(stack, logical_id)
            if not known or (earlier and earlier[-1]["ResourceStatus"] == "CREATE_IN_PROGRESS"):
                status = status.replace("UPDATE_", "CREATE_")
                (known or {}).update(ResourceStatus=status)
        add(stack_id, stack_name, logical_id, resource_type, status, *rest, **named)

    stacks._add_event = add_event


# -- The end of an update ---------------------------------------------------------------------------------------------


def clean_up_in_a_phase_of_its_own():
    """AWS deletes what an update has replaced or dropped when everything else is done, and says so."""
    delete = stacks._delete_resource

    def delete_with_events(resource_type, physical_id, properties, stack_name, logical_id=None):
        stack = ministack_cloudformation._stacks[stack_name]
        if stack["StackStatus"] == "UPDATE_IN_PROGRESS":
            stack["StackStatus"] = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            stacks._add_event(stack["StackId"], stack_name, stack_name, STACK, stack["StackStatus"], physical_id=stack["StackId"])
        if stack["StackStatus"] != "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":
            return delete(resource_type, physical_id, properties, stack_name, logical_id)
        stacks._add_event(stack["StackId"], stack_name, logical_id, resource_type, "DELETE_IN_PROGRESS", physical_id=physical_id)
        answer = delete(resource_type, physical_id, properties, stack_name, logical_id)
        stacks._add_event(stack["StackId"], stack_name, logical_id, resource_type, "DELETE_COMPLETE", physical_id=physical_id)
        return answer

    stacks._delete_resource = delete_with_events


def cancel_at_once():
    """A stack whose update is cancelled rolls back from then on, whatever is still under way in it; ministack forgets it when nothing follows."""
    cancel, resolve_outputs = handlers._cancel_update_stack, stacks._resolve_stack_outputs

    def cancel_update_stack(parameters):
        status, headers, body = cancel(parameters)
        if status == 200:
            handlers._resolve_stack(handlers._p(parameters, "StackName"))["StackStatus"] = "UPDATE_ROLLBACK_IN_PROGRESS"
        return status, headers, body

    def resolve_unless_cancelled(*parameters):
        stack_name = parameters[-2]
        if ministack_cloudformation._stacks[stack_name].pop("_cancel_requested", False):
            raise ValueError("User Initiated")
        return resolve_outputs(*parameters)

    handlers._ACTION_HANDLERS["CancelUpdateStack"] = cancel_update_stack
    stacks._resolve_stack_outputs = resolve_unless_cancelled


# -- A deletion that fails --------------------------------------------------------------------------------------------


class InOrderOfCreation(list):
    """In reverse order it leaves out what a resource that could not be deleted depends on."""

    def __init__(self, logical_ids, definitions):
        super().__init__(logical_ids)
        self.definitions = definitions

    def __reversed__(self):
        stack = next((stack for stack in ministack_cloudformation._stacks.values() if stack.get("_template", {}).get("Resources") is self.definitions), {})
        for logical_id in super().__reversed__():
            resources = stack.get("_resources", {})
            failed = [other for other, resource in resources.items() if other != logical_id and resource.get("ResourceStatus") == "DELETE_FAILED"]
            if logical_id not in stacks._with_dependencies(failed, self.definitions, set(resources)) - set(failed):
                yield logical_id


def keep_dependencies():
    """AWS deletes nothing on which a resource depends that it could not delete; ministack goes on with it."""
    sort = stacks._topological_sort
    stacks._topological_sort = lambda definitions, conditions: InOrderOfCreation(sort(definitions, conditions), definitions)


# -- A sibling that fails ---------------------------------------------------------------------------------------------


def remember_requests():
    invoke, register = custom_resource.invoke_custom_resource, custom_resource.register_token

    def invoke_and_remember(request_type, logical_id, properties, stack_name, stack_id, *rest, **named):
        request_of_thread.stack_id = stack_id
        try:
            return invoke(request_type, logical_id, properties, stack_name, stack_id, *rest, **named)
        finally:
            waiting.pop(request_of_thread.token, None)

    def register_with_stack(token):
        request_of_thread.token = token
        waiting[token] = request_of_thread.stack_id
        return register(token)

    custom_resource.invoke_custom_resource = invoke_and_remember
    custom_resource.register_token = register_with_stack


def fail_sibling(request):
    """
    AWS deploys resources side by side, and cancels those that are under way when one fails: it waits for no custom resource, and deletes it or takes it back
    at once. ministack deploys one after the other, so a test says when another one fails.
    """
    answer = {"Status": "FAILED", "Reason": "Resource creation cancelled", "StackId": request["stackId"]}
    tokens = [token for token, stack_id in waiting.items() if stack_id == request["stackId"]]
    return 200, sum(custom_resource.deliver_response(token, answer) for token in tokens)


# -- Requests that tests make -----------------------------------------------------------------------------------------


def set_under_way(request):
    """A stack and a resource in it are in a state, as if CloudFormation was about to ask for something: for tests that send the request themselves."""
    _, _, _, region, account, name = request["stackId"].split(":")
    with request_scope(account, region):
        stack = ministack_cloudformation._stacks[name.split("/")[1]]
        stack["StackStatus"] = request["stackStatus"]
        stack["_resources"].setdefault(request["logicalId"], {}).update(PhysicalResourceId=request["physicalId"])
        stacks._add_event(stack["StackId"], stack["StackName"], request["logicalId"], "Custom::Any", request["status"], physical_id=request["physicalId"])
    return 200, None


def install():
    describe_resources_under_way()
    create_in_an_update()
    clean_up_in_a_phase_of_its_own()
    cancel_at_once()
    remember_requests()
    keep_dependencies()
