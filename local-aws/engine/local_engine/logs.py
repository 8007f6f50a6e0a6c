"""CloudWatch Logs: what arrives in a group goes to its subscriptions, its metric filters, and, where it is EMF, to metrics; a name is given once."""
import base64
import functools
import gzip
import json
import time
import uuid

from local_engine.deliveries import on_thread
from local_engine.front import denial
from local_engine.handlers import around
from local_engine.log_patterns import compile_pattern, values_at
from local_engine.metrics import record
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs, lambda_svc
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

compiled = functools.lru_cache(maxsize=None)(compile_pattern)


def take_in(group, stream, events):
    lines = [{"id": uuid.uuid4().hex, "timestamp": event.get("timestamp", int(time.time() * 1000)), "message": event.get("message", "")} for event in events]
    for line in lines:
        record_embedded(line["message"])
    for (filtered_group, _), metric_filter in list(cloudwatch_logs._metric_filters.items()):
        if filtered_group == group:
            for line in lines:
                record_filtered(metric_filter, line["message"])
    for subscription in list(cloudwatch_logs._log_groups[group].get("subscriptionFilters", {}).values()):
        matching = [line for line in lines if compiled(subscription["filterPattern"])(line["message"])]
        if matching:
            on_thread(deliver, group, stream, subscription, matching)


# -- Metrics ----------------------------------------------------------------------------------------------------------


def record_filtered(metric_filter, message):
    matches = compiled(metric_filter["filterPattern"])(message)
    for transformation in metric_filter["metricTransformations"]:
        value = value_of(transformation["metricValue"], message) if matches else transformation.get("defaultValue")
        if value is not None:
            dimensions = {name: at(path, message) for name, path in (transformation.get("dimensions") or {}).items()} if matches else {}
            if None not in dimensions.values():
                record(transformation["metricNamespace"], transformation["metricName"], float(value), dimensions, transformation.get("unit", "None"))


def value_of(text, message):
    return at(text, message) if str(text).startswith("$") else text


def at(path, message):
    values = values_at(json.loads(message), path)
    return values[0] if values and isinstance(values[0], (str, int, float)) else None


def record_embedded(message):
    """CloudWatch user guide, "Specification: Embedded metric format"."""
    start = message.find("{")
    if start < 0 or "CloudWatchMetrics" not in message:
        return
    try:
        document = json.loads(message[start:])
    except ValueError:
        return
    for directive in (document.get("_aws") or {}).get("CloudWatchMetrics", []):
        for metric in directive["Metrics"]:
            values = document.get(metric["Name"])
            for names in directive.get("Dimensions", [[]]):
                dimensions = {name: str(document[name]) for name in names if name in document}
                for value in values if isinstance(values, list) else [values]:
                    if isinstance(value, (int, float)) and len(dimensions) == len(names):
                        record(directive["Namespace"], metric["Name"], float(value), dimensions, metric.get("Unit", "None"))


# -- Subscriptions ----------------------------------------------------------------------------------------------------


def deliver(group, stream, subscription, lines):
    """To a function, packed as AWS does; the function's policy must let CloudWatch Logs invoke it."""
    destination = subscription["destinationArn"]
    source = {"aws:SourceArn": f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}:*", "aws:SourceAccount": get_account_id()}
    function, config, _ = lambda_svc._get_func_record_for_ref(destination)
    if not function or denial("lambda:InvokeFunction", destination, service="logs.amazonaws.com", context=source):
        return
    document = {
        "messageType": "DATA_MESSAGE",
        "owner": get_account_id(),
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [subscription["filterName"]],
        "logEvents": lines,
    }
    data = base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), {"awslogs": {"data": data}})


def check_pattern(properties):
    """As AWS refuses a pattern that it cannot read, and two subscriptions too many."""
    compile_pattern(properties.get("FilterPattern", ""))


def with_valid_pattern(put):
    def call(request):
        try:
            compile_pattern(request.get("filterPattern", ""))
        except ValueError as failure:
            return cloudwatch_logs.error_response_json("InvalidParameterException", str(failure), 400)
        return put(request)

    return call


def refuse_second(create):
    """A name that a template gives is refused where there is such a group, also one that another stack has left."""

    def call(logical_id, properties, *rest, **named):
        name = properties.get("LogGroupName")
        if name in cloudwatch_logs._log_groups:
            raise ValueError(f"Resource of type 'AWS::Logs::LogGroup' with identifier '{{\"/properties/LogGroupName\":\"{name}\"}}' already exists.")
        return create(logical_id, properties, *rest, **named)

    return call


def install():
    log_group = _RESOURCE_HANDLERS["AWS::Logs::LogGroup"]
    log_group["create"] = refuse_second(log_group["create"])
    cloudwatch_logs._fanout_to_subscription_filters = take_in
    cloudwatch_logs._put_metric_filter = with_valid_pattern(cloudwatch_logs._put_metric_filter)
    cloudwatch_logs._put_subscription_filter = with_valid_pattern(cloudwatch_logs._put_subscription_filter)
    around("AWS::Logs::MetricFilter", before=check_pattern)
    around("AWS::Logs::SubscriptionFilter", before=check_pattern)
