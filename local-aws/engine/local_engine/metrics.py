"""CloudWatch: alarms look at exactly the metrics that they name, expressions of them too, treat missing data as they say, and keep to the clock."""
import ast
import operator

from local_engine import clock
from local_engine.deliveries import on_thread
from local_engine.front import denial
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch, sqs, stepfunctions
from ministack.services.cloudformation import provisioners

COMPARE = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def record(namespace, name, value, dimensions, unit):
    cloudwatch.record_metric(namespace, name, value, unit, dimensions)
    cloudwatch._evaluate_all_alarms()


ENDS = {"SUCCEEDED": "ExecutionsSucceeded", "FAILED": "ExecutionsFailed", "ABORTED": "ExecutionsAborted", "TIMED_OUT": "ExecutionsTimedOut"}


def count_ends(emit):
    def call(execution):
        emit(execution)
        if execution["status"] in ENDS:
            record("AWS/States", ENDS[execution["status"]], 1, {"StateMachineArn": execution["stateMachineArn"]}, "Count")

    return call


# -- Values -----------------------------------------------------------------------------------------------------------


def points(namespace, name, dimensions, start, end):
    """Of the metric with exactly these dimensions: others are other metrics."""
    if (namespace, name) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible"):
        return [{"Timestamp": clock.now(), "Value": visible_messages(dimensions[0]["Value"])}] if start <= clock.now() < end else []
    key = namespace, name, cloudwatch._dims_key({dimension["Name"]: dimension["Value"] for dimension in dimensions or []})
    return [point for point in cloudwatch._metrics.get(key, []) if start <= point["Timestamp"] < end]


def visible_messages(queue):
    found = sqs._queue_by_arn(f"arn:aws:sqs:{get_region()}:{get_account_id()}:{queue}")
    return sum(message["visible_at"] <= sqs.time.time() for message in found["messages"]) if found else 0


def statistic(metric, name, start, end):
    found = points(metric["Namespace"], metric["MetricName"], metric.get("Dimensions"), start, end)
    return cloudwatch._stat_value(cloudwatch._calc_stats(found), name, found) if found else None


ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
FUNCTIONS = {
    "FILL": lambda value, default: default if value is None else value,
    "SUM": lambda values: sum(value for value in values if value is not None),
    "MAX": lambda values: max((value for value in values if value is not None), default=None),
    "MIN": lambda values: min((value for value in values if value is not None), default=None),
    "IF": lambda condition, yes, no=None: yes if condition else no,
}


def calculate(expression, values):
    """Sums, differences, products, quotients and the functions above; another expression is refused with its name."""

    def of(node):
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.List):
            return [of(element) for element in node.elts]
        if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
            left, right = of(node.left), of(node.right)
            return None if left is None or right is None else ARITHMETIC[type(node.op)](left, right)
        if isinstance(node, ast.Call) and node.func.id in FUNCTIONS:
            return FUNCTIONS[node.func.id](*[list(values.values()) if is_metrics(argument) else of(argument) for argument in node.args])
        raise ValueError(f"the local AWS does not calculate {expression}")

    return of(ast.parse(expression, mode="eval").body)


def is_metrics(node):
    return isinstance(node, ast.Call) and node.func.id == "METRICS"


def value_of(alarm, start, end):
    queries = alarm.get("Metrics")
    if not queries:
        return statistic(alarm, alarm.get("ExtendedStatistic") or alarm["Statistic"], start, end)
    values = {}
    for query in sorted(queries, key=lambda query: "Expression" in query):
        stat = query.get("MetricStat")
        values[query["Id"]] = statistic(stat["Metric"], stat["Stat"], start, end) if stat else calculate(query["Expression"], values)
    return next(values[query["Id"]] for query in queries if query.get("ReturnData", True))


# -- Alarms -----------------------------------------------------------------------------------------------------------


def period_of(alarm):
    return alarm.get("Period") or max(query.get("Period") or (query.get("MetricStat") or {}).get("Period") or 60 for query in alarm["Metrics"])


def evaluate(alarm):
    """The last periods that end now: how many breach? Missing ones count as the alarm says."""
    if not alarm.get("MetricName") and not alarm.get("Metrics"):
        return
    now, period, wanted = clock.now() + 1, int(period_of(alarm)), int(alarm.get("EvaluationPeriods") or 1)
    values = [value_of(alarm, now - period * (index + 1), now - period * index) for index in range(wanted)]
    missing = alarm.get("TreatMissingData") or "missing"
    breaches = [COMPARE[alarm["ComparisonOperator"]](value, float(alarm["Threshold"])) if value is not None else missing == "breaching" for value in values]
    if all(value is None for value in values) and missing in ("missing", "ignore"):
        return
    state = "ALARM" if sum(breaches) >= int(alarm.get("DatapointsToAlarm") or wanted) else "OK"
    if alarm["StateValue"] != state:
        move(alarm, state, f"Threshold Crossed: {values} {alarm['ComparisonOperator']} {alarm['Threshold']}")


def move(alarm, state, reason):
    before = alarm["StateValue"]
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(clock.now()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def notify_with_permission(dispatch):
    """A topic's policy must let CloudWatch publish, as the default one does for alarms of its account."""

    def permitted(topic, account, alarm):
        source = {"aws:SourceOwner": account, "aws:SourceAccount": account, "aws:SourceArn": alarm["AlarmArn"]}
        return denial("sns:Publish", topic, service="cloudwatch.amazonaws.com", account=account, context=source) is None

    def call(alarm, before, state, reason):
        account = get_account_id()
        kinds = ("AlarmActions", "OKActions", "InsufficientDataActions")
        actions = {kind: [action for action in alarm.get(kind) or [] if ":sns:" not in action or permitted(action, account, alarm)] for kind in kinds}
        dispatch({**alarm, **actions}, before, state, reason)

    return lambda *parameters: on_thread(call, *parameters)


# -- Controls ---------------------------------------------------------------------------------------------------------


def read(request):
    """Every metric of a namespace, with its values in the order in which they came."""
    with request_scope(request["account"], request["region"]):
        found = [(name, data) for (namespace, name, _), data in cloudwatch._metrics.items() if namespace == request["namespace"] and data]
        return 200, [{"name": name, "dimensions": data[0]["Dimensions"], "values": [point["Value"] for point in data]} for name, data in found]


def read_alarms(request):
    with request_scope(request["account"], request["region"]):
        for alarm in cloudwatch._alarms.values():
            evaluate(alarm)
        alarms = [*cloudwatch._alarms.values(), *cloudwatch._composite_alarms.values()]
        return 200, [{"name": alarm["AlarmName"], "state": alarm["StateValue"], "reason": alarm["StateReason"]} for alarm in alarms]


def with_expressions(make_record):
    """ministack refuses an alarm on an expression."""

    def call(name, properties):
        queries = properties.get("Metrics")
        single = {"MetricName": "-", "Namespace": "-", "Statistic": "Sum", "Period": 60} if queries else {}
        alarm = make_record(name, {**{key: value for key, value in properties.items() if key != "Metrics"}, **single})
        if queries:
            alarm.update(MetricName="", Namespace="", Metrics=queries, Period=None)
        return alarm

    return call


def install():
    cloudwatch.time = clock.Time()
    stepfunctions._emit_execution_status_event = count_ends(stepfunctions._emit_execution_status_event)
    provisioners._cw_metric_alarm_record = with_expressions(provisioners._cw_metric_alarm_record)
    cloudwatch._evaluate_alarm = evaluate
    cloudwatch._dispatch_alarm_actions = notify_with_permission(cloudwatch._dispatch_alarm_actions)
