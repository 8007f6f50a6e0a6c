"""SNS and SQS: what topics got can be read, and a delivery needs the policy of its queue or function."""
import contextvars
import json
import threading

from local_engine.front import denial
from local_engine.handlers import around
from ministack.services import lambda_svc, sns, sqs

published = {}  # ARN of a topic -> its messages, oldest first


def install():
    fan_out = sns._fanout

    def record_and_fan_out(topic_arn, message_id, message, subject, *rest, **named):
        """Beside the request: deliveries ask the front for permissions, and it may have to ask the engine for the policy."""
        published.setdefault(topic_arn, []).append({"id": message_id, "subject": subject or None, "message": message})
        threading.Thread(
            target=contextvars.copy_context().run, args=(fan_out, topic_arn, message_id, message, subject, *rest), kwargs=named, daemon=True
        ).start()

    def queue_allows(queue_arn, service, source_arn, source_account):
        return denial("sqs:SendMessage", queue_arn, service=service, account=source_account, context=source(source_arn, source_account)) is None

    def deliver_to_function(endpoint, envelope, topic_arn, subscription_arn, *rest):
        """An asynchronous invocation: what fails is repeated and ends in the function's dead-letter queue."""
        account = topic_arn.split(":")[4]
        function, config, _ = lambda_svc._get_func_record_for_ref(endpoint)
        if function and denial("lambda:InvokeFunction", endpoint, service="sns.amazonaws.com", account=account, context=source(topic_arn, account)) is None:
            record = {"EventVersion": "1.0", "EventSubscriptionArn": subscription_arn, "EventSource": "aws:sns", "Sns": json.loads(envelope)}
            lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), {"Records": [record]})

    around("AWS::SNS::Topic", after=keep_default_policy)
    sns._fanout = record_and_fan_out
    sns._deliver_to_lambda = deliver_to_function
    sqs.queue_policy_allows = queue_allows


def keep_default_policy(arn, properties):
    """The default policy lets services of the topic's own account publish, nobody else; the one that ministack gives in a stack lets everybody."""
    topic = sns._topics.get(arn)
    policy = json.loads(topic["attributes"].get("Policy") or "{}") if topic else {}
    if policy.get("Id") == "__default_policy_ID":
        policy["Statement"][0]["Condition"] = {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}}
        topic["attributes"]["Policy"] = json.dumps(policy)


def source(arn, account):
    return {"aws:SourceArn": arn, "aws:SourceAccount": account}
