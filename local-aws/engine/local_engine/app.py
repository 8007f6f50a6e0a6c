"""ministack's application, and the paths by which tests control it."""
import asyncio
import json

from local_engine import clock, deliveries, messages, metrics, stack_states
from local_engine.settings import settings
from ministack.app import app as ministack
from ministack.core.responses import request_scope
from ministack.services import eventbridge


async def read(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def app(scope, receive, send):
    control = CONTROLS.get(scope.get("path"))
    if not control:
        await ministack(scope, receive, send)
        return
    allowed = dict(scope["headers"]).get(b"x-local-secret") == settings.secret.encode()
    request = json.loads(await read(receive))
    status, answer = await asyncio.to_thread(control, request) if allowed else (403, None)
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def put_aws_events(request):
    """PutEvents refuses the sources aws.*, as AWS does: only its services may send them."""
    with request_scope(request["account"], request["region"]):
        return eventbridge._put_events({"Entries": request["entries"]}, allow_aws_source=True)[0], None


def advance(request):
    clock.advance(request["seconds"])
    return 200, None


def published(request):
    return 200, messages.published.get(request["topic"], [])


def topics(request):
    return 200, list(messages.published)


# what tests may do that no user of AWS can
CONTROLS = {
    "/_local/events": put_aws_events,
    "/_local/advance": advance,
    "/_local/published": published,
    "/_local/topics": topics,
    "/_local/fail-sibling": stack_states.fail_sibling,
    "/_local/under-way": stack_states.set_under_way,
    "/_local/fire-schedule": deliveries.fire_now,
    "/_local/metrics": metrics.read,
    "/_local/alarms": metrics.read_alarms,
}
