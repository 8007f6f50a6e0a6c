"""Lambda: errors and throttles keep their names, a function that throws lives on, a function signs with its role, no line of a log is lost, a log level is kept to, accounts do not end each other's functions."""
import json
import queue

from local_engine.front import credentials
from local_engine.handlers import around
from ministack.core import lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc, stepfunctions

FAILURE = 'status: "error", error: String(err.message || err), trace: err.stack || ""'
NAMED_FAILURE = """status: "ok", failed: {
            status: "error",
            error: JSON.stringify({
              errorType: err?.name ?? "Error",
              errorMessage: String(err?.message ?? err),
              trace: String(err?.stack ?? "").split("\\n"),
            }),
            trace: err?.stack ?? "",
          }"""


def keep_dead_letter_queue(name, properties):
    """ministack forgets it when a stack makes the function."""
    if properties and "DeadLetterConfig" in properties:
        lambda_svc._functions[name]["config"]["DeadLetterConfig"] = properties["DeadLetterConfig"]


ANSWER = "const _realStdoutWrite = process.stdout.write.bind(process.stdout);"
END_OF_LOG = "-- the function has answered --"
ANSWER_AFTER_LOG = f"""const _answer = process.stdout.write.bind(process.stdout);
const _realStdoutWrite = (text) => {{
  if (!text.includes('"status":"ready"')) _stderrWrite("\\n{END_OF_LOG}\\n");
  return _answer(text);
}};"""


def replaced(script, now, then):
    assert now in script, f"ministack's worker of Node functions has no such line now: {now}"
    return script.replace(now, then)


def log_of(drain):
    """ministack waits milliseconds for a log; on a busy machine the last lines come later, and are lost."""

    def call(worker, *parameters, **named):
        if not worker.config.get("Runtime", "").startswith("nodejs"):
            return drain(worker, *parameters, **named)
        lines = []
        while END_OF_LOG not in lines:
            try:
                lines.append(worker._stderr_queue.get(timeout=0.05))
            except queue.Empty:
                if not worker._stderr_thread.is_alive() and worker._stderr_queue.empty():
                    break  # the worker has died before it answered
        return "\n".join(line for line in lines if line not in ("", END_OF_LOG))

    return call


def living_on(invoke):
    """ministack ends a process whose handler has thrown. AWS keeps it: the next invocation finds it warm."""

    def call(*parameters, **named):
        response = invoke(*parameters, **named)
        failure = response.pop("failed", {})
        return {**response, **failure}

    return call


def install():
    around("AWS::Lambda::Function", after=keep_dead_letter_queue)

    # ministack calls each error Runtime.HandlerError, which no Retry or Catch by name would match.
    script = replaced(lambda_runtime._NODEJS_WORKER_SCRIPT, FAILURE, NAMED_FAILURE)
    lambda_runtime._NODEJS_WORKER_SCRIPT = replaced(script, ANSWER, ANSWER_AFTER_LOG)
    lambda_runtime.Worker.invoke = living_on(lambda_runtime.Worker.invoke)
    for drain in ("_drain_stderr", "_drain_stderr_bounded"):
        setattr(lambda_runtime.Worker, drain, log_of(getattr(lambda_runtime.Worker, drain)))

    execute = lambda_svc._execute_function_warm

    def execute_with_named_errors(*parameters):
        result = execute(*parameters)
        message = result["body"].get("errorMessage", "") if result.get("error") else ""
        if message.startswith('{"errorType"'):
            result["body"] = json.loads(message)
        return result

    throttle = lambda_svc._throttle_response

    def throttle_as_a_task_sees_it(*parameters, **named):
        result = throttle(*parameters, **named)
        result["body"]["errorType"] = "Lambda.TooManyRequestsException"
        return result

    def sign_with_role(function):
        keys = credentials(function["Role"], function["FunctionName"])
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    emit_logs = lambda_svc._emit_lambda_logs

    def emit_logs_of_level(function, request_id, log_text, *parameters, **named):
        """At level FATAL the runtime drops what a function prints and what it throws: the CDK's Provider relies on it, since it throws events."""
        level = (function.get("config") or function).get("LoggingConfig", {}).get("ApplicationLogLevel")
        emit_logs(function, request_id, "" if level == "FATAL" else log_text, *parameters, **named)

    invalidate = lambda_svc.invalidate_worker

    def invalidate_in_this_account(name, qualifier=None, account=None, region=None):
        """A deployment names no account; a function of the same name may be running in another one."""
        invalidate(name, qualifier, account or get_account_id(), region or get_region())

    lambda_svc._emit_lambda_logs = emit_logs_of_level
    lambda_svc.invalidate_worker = invalidate_in_this_account
    lambda_svc._execute_function_warm = execute_with_named_errors
    lambda_svc._throttle_response = throttle_as_a_task_sees_it
    lambda_runtime.execution_credentials = sign_with_role
