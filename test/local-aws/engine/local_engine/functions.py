"""Lambda: errors and throttles keep their names, a function signs with its role, a log level is kept to, accounts do not end each other's functions."""
import json

from local_engine.front import credentials
from local_engine.handlers import around
from ministack.core import lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc, stepfunctions

ERROR = "error: String(err.message || err), trace"
NAMED_ERROR = """error: JSON.stringify({
            errorType: err?.name ?? "Error",
            errorMessage: String(err?.message ?? err),
            trace: String(err?.stack ?? "").split("\\n"),
          }), trace"""


def keep_dead_letter_queue(name, properties):
    """ministack forgets it when a stack makes the function."""
    if properties and "DeadLetterConfig" in properties:
        lambda_svc._functions[name]["config"]["DeadLetterConfig"] = properties["DeadLetterConfig"]


def install():
    around("AWS::Lambda::Function", after=keep_dead_letter_queue)

    # ministack calls each error Runtime.HandlerError, which no Retry or Catch by name would match.
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    assert ERROR in script, "ministack reports errors of Node functions in another way now"
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(ERROR, NAMED_ERROR)

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
