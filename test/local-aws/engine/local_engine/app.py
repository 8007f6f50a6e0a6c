"""ministack's application, and a path on which events of AWS's own services arrive."""
import json

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
    if scope.get("path") == "/_local/events":
        await put_aws_events(scope, receive, send)
    else:
        await ministack(scope, receive, send)


async def put_aws_events(scope, receive, send):
    """PutEvents refuses the sources aws.*, as AWS does: only its services may send them."""
    allowed = dict(scope["headers"]).get(b"x-local-secret") == settings.secret.encode()
    request = json.loads(await read(receive))
    status = 403
    if allowed:
        with request_scope(request["account"], request["region"]):
            status = eventbridge._put_events({"Entries": request["entries"]}, allow_aws_source=True)[0]
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})
