"""Step Functions: executions keep to the clock, end when they are stopped or timed out, wait for task tokens, and have a history of limited length."""
import contextvars
import copy
import json
import threading
from datetime import datetime

from local_engine import clock
from ministack.core.responses import error_response_json
from ministack.services import stepfunctions

HISTORY_LIMIT = 25_000  # Step Functions developer guide, "Quotas related to state machine executions"
HISTORY_FULL = f"The execution reached the maximum number of history events ({HISTORY_LIMIT})."
NEVER = 99_999_999  # in seconds: the longest that Amazon States Language can say
TIMES = ("TimeoutSeconds", "HeartbeatSeconds")

role_of_execution = contextvars.ContextVar("role_of_execution", default=None)
current_execution = contextvars.ContextVar("current_execution", default=None)
nested = contextvars.ContextVar("nested", default=False)
retry_delay = contextvars.ContextVar("retry_delay", default=None)

ends = {}  # ARN of an execution -> the signal of its end
closed_tokens = set()


class Ended(Exception):
    """The execution is over: nothing of it goes on, and no Catch catches it."""


def fail(error, cause):
    raise stepfunctions._ExecutionError(error, cause)


def is_running(execution):
    """A child of a Distributed Map runs only as long as its parent does."""
    run = stepfunctions._map_runs.get(execution.get("mapRunArn"))
    parent = run and stepfunctions._executions.get(run["executionArn"])
    return execution["status"] == "RUNNING" and (not parent or is_running(parent))


def wait(seconds):
    """Waits on the clock; ends with the execution."""
    execution = current_execution.get()
    end = ends[execution["executionArn"]] if execution else clock.Signal()
    if end.wait(clock.now() + seconds):
        raise Ended()


# -- Runs of a machine ------------------------------------------------------------------------------------------------


def time_out(execution):
    if execution["status"] == "RUNNING":
        execution.update(status="TIMED_OUT", stopDate=clock.now_iso())
        stepfunctions._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
        stepfunctions._emit_execution_status_event(execution)


def run_on_time():
    run, fail_execution, emit = stepfunctions._run_execution, stepfunctions._fail_execution, stepfunctions._emit_execution_status_event

    def run_with_role_and_timeout(arn):
        contextvars.copy_context().run(run_here, arn)  # a machine that another one starts and waits for runs in the other's thread

    def run_here(arn):
        execution = stepfunctions._executions[arn]
        machine = stepfunctions._state_machines[execution["stateMachineArn"]]
        end = ends.setdefault(arn, clock.Signal())
        role_of_execution.set(machine["roleArn"])
        current_execution.set(execution)
        nested.set(False)
        timeout = json.loads(machine["definition"]).get("TimeoutSeconds")
        if timeout is not None:
            until = clock.now() + timeout
            threading.Thread(target=contextvars.copy_context().run, args=(lambda: end.wait(until) or time_out(execution),), daemon=True).start()
        run(arn)

    def fail_while_running(execution, error, cause):
        """What still ran when the execution was stopped or timed out does not change its status afterwards."""
        if execution["status"] == "RUNNING":
            fail_execution(execution, error, cause)

    def emit_and_signal(execution):
        if execution["status"] != "RUNNING":
            ends.setdefault(execution["executionArn"], clock.Signal()).set()
        emit(execution)

    stepfunctions._run_execution = run_with_role_and_timeout
    stepfunctions._fail_execution = fail_while_running
    stepfunctions._emit_execution_status_event = emit_and_signal
    stepfunctions.now_iso = clock.now_iso


def start_once():
    """A start with the name and the input of a running execution is that execution (API reference, StartExecution)."""
    start = stepfunctions._start_execution

    def start_or_find(request):
        machine = stepfunctions._resolve_state_machine_arn(request.get("stateMachineArn", ""))
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{request.get('name')}" if machine else None
        known = stepfunctions._executions.get(arn)
        if known and known["status"] == "RUNNING" and known["input"] == request.get("input", "{}"):
            return stepfunctions.json_response({"executionArn": arn, "startDate": known["startDate"]})
        return start(request)

    stepfunctions._start_execution = start_or_find


# -- States -----------------------------------------------------------------------------------------------------------


def step_while_running():
    """A state is entered only while its execution runs; states inside of a Map or Parallel are in the history too."""

    def around(handler, kind, takes_execution):
        def enter(state, data, *rest):
            execution = rest[0] if takes_execution else current_execution.get()
            if execution and not is_running(execution):
                raise Ended()
            if not nested.get() or execution is None:
                return handler(state, data, *rest)
            name = rest[-1]["State"]["Name"]
            stepfunctions._add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": {"name": name, "input": json.dumps(data)}})
            output, following = handler(state, data, *rest)
            stepfunctions._add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": {"name": name, "output": json.dumps(output)}})
            return output, following

        return enter

    for kind in ("Pass", "Task", "Choice", "Wait", "Parallel", "Map"):
        name = f"_execute_{kind.lower()}"
        setattr(stepfunctions, name, around(getattr(stepfunctions, name), kind, kind in ("Task", "Parallel", "Map")))

    run_inside = stepfunctions._run_sub_machine

    def run_with_context_of_its_own(states, start_at, data, execution, context):
        def call():
            nested.set(True)
            if execution.get("mapRunArn"):
                current_execution.set(execution)
                ends[execution["executionArn"]] = ends[stepfunctions._map_runs[execution["mapRunArn"]]["executionArn"]]
            try:
                return run_inside(states, start_at, data, execution, copy.deepcopy(context))
            except Ended:
                if execution["status"] == "FAILED":  # its history is full: what began the child learns why
                    fail(execution["error"], execution["cause"])
                raise

        return contextvars.copy_context().run(call)

    stepfunctions._run_sub_machine = run_with_context_of_its_own


def limit_history():
    add = stepfunctions._add_event

    def add_within_limit(execution, event_type, details=None):
        if len(execution["events"]) >= HISTORY_LIMIT - 1 and not event_type.startswith("Execution"):
            if execution.get("mapRunArn"):  # it shares the signal of its end with its parent, which goes on
                execution.update(status="FAILED", error="States.Runtime", cause=HISTORY_FULL)
            else:
                stepfunctions._fail_execution(execution, "States.Runtime", HISTORY_FULL)
            raise Ended(HISTORY_FULL)
        event = add(execution, event_type, details)
        if event_type == "TaskScheduled":
            add_within_limit(execution, "TaskStarted", {"taskStartedEventDetails": {**details["taskScheduledEventDetails"]}})
        return event

    stepfunctions._add_event = add_within_limit


# -- Time -------------------------------------------------------------------------------------------------------------


def seconds_until(timestamp):
    try:
        moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in timestamp:
        fail("States.Runtime", f"The value of a timestamp is no ISO-8601 date and time with an offset: {json.dumps(timestamp)}")
    return moment.timestamp() - clock.now()


def hurried(delay):
    """A retry is a pause that nobody looks at: one of up to a minute is a tenth as long here. Longer ones wait for tests to advance the clock."""
    return delay / 10 if delay <= 60 else delay


def wait_on_the_clock():
    execute, find_retrier = stepfunctions._execute_wait, stepfunctions._find_matching_retrier

    def execute_with_values_that_exist(state, data, context=None):
        """ministack passes over a path that leads nowhere as if it said not to wait."""
        for path in [state[name] for name in ("SecondsPath", "TimestampPath") if name in state]:
            value = stepfunctions._resolve_path(path, stepfunctions._apply_input_path(state, data, context))
            if path == state.get("TimestampPath"):
                seconds_until(value)
            elif not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= NEVER:
                fail("States.Runtime", f"The SecondsPath parameter does not reference a whole number of seconds: {path} == {json.dumps(value)}")
        return execute(state, data, context)

    def find_retrier_and_its_delay(retriers, error, counts):
        """ministack retries after a minute at the latest; AWS after MaxDelaySeconds, if there is one."""
        retrier, index = find_retrier(retriers, error, counts)
        if retrier is not None:
            delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** counts.get(index, 0)
            retry_delay.set(min(delay, retrier.get("MaxDelaySeconds", NEVER)))
        return retrier, index

    def sleep(seconds):
        delay = retry_delay.get()
        retry_delay.set(None)
        wait(seconds if delay is None else hurried(delay))

    stepfunctions._execute_wait = execute_with_values_that_exist
    stepfunctions._find_matching_retrier = find_retrier_and_its_delay
    stepfunctions._scaled_sleep = sleep
    stepfunctions._sleep_until = lambda timestamp: wait(seconds_until(timestamp))


# -- Task tokens ------------------------------------------------------------------------------------------------------


def execute_task_with_times(execute):
    """The times of a task may come from its input."""

    def call(state, data, execution, context):
        times = {name: stepfunctions._resolve_path_or_ctx(state[f"{name}Path"], data, context) for name in TIMES if f"{name}Path" in state}
        for name, value in times.items():
            if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= NEVER:
                fail("States.Runtime", f"The {name}Path parameter does not reference a positive whole number: {json.dumps(value)}")
        return execute({**state, **times}, data, execution, context)

    return call


def invoke_with_callback(resource, data, token, state):
    """Does the task's work, then waits for the token: the heartbeats and the timeout keep to the clock."""
    answer = clock.Signal()
    started = clock.now()
    info = {"event": answer, "result": None, "error": None, "beat": started, "execution": current_execution.get()}
    stepfunctions._task_tokens[token] = info
    watch = ends.get((current_execution.get() or {}).get("executionArn"))
    if watch:  # the end of the execution wakes the task
        threading.Thread(target=lambda: watch.wait(NEVER + started) and answer.set(), daemon=True).start()
    try:
        stepfunctions._invoke_resource(resource.replace(".waitForTaskToken", ""), data)
        await_answer(answer, info, started + state.get("TimeoutSeconds", NEVER), state.get("HeartbeatSeconds", NEVER))
    finally:
        stepfunctions._task_tokens.pop(token, None)
        closed_tokens.add(token)
    if info["error"]:
        fail(info["error"]["Error"], info["error"]["Cause"])
    if info["result"] is None:
        raise Ended()
    return json.loads(info["result"])


def await_answer(answer, info, end, heartbeat):
    while not answer.wait(min(end, info["beat"] + heartbeat)):
        if clock.now() >= end:
            fail("States.Timeout", "")
        if clock.now() >= info["beat"] + heartbeat:
            fail("States.HeartbeatTimeout", "")


def with_open_token(operation):
    def call(request):
        token = request.get("taskToken")
        if token in closed_tokens or (token in stepfunctions._task_tokens and stepfunctions._task_tokens[token]["event"].given):
            return error_response_json("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'", 400)
        if token not in stepfunctions._task_tokens:
            return error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)
        return operation(request)

    return call


def answer_tokens():
    send_success = stepfunctions._send_task_success

    def send_json(request):
        try:
            json.loads(request.get("output", ""))
        except ValueError:
            return error_response_json("InvalidOutput", "Invalid Output: it is not JSON", 400)
        return send_success(request)

    def beat(request):
        stepfunctions._task_tokens[request["taskToken"]]["beat"] = clock.now()
        return stepfunctions.json_response({})

    stepfunctions._invoke_with_callback = invoke_with_callback
    stepfunctions._execute_task = execute_task_with_times(stepfunctions._execute_task)
    stepfunctions._send_task_success = with_open_token(send_json)
    stepfunctions._send_task_failure = with_open_token(stepfunctions._send_task_failure)
    stepfunctions._send_task_heartbeat = with_open_token(beat)


def install():
    run_on_time()
    start_once()
    limit_history()
    wait_on_the_clock()
    answer_tokens()
    step_while_running()
