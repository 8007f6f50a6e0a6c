"""Calls of the engine to the front, which answers them itself: a call that came back to the engine would block its event loop."""
import json
import threading
import urllib.error
import urllib.request

import botocore.session

from local_engine.settings import settings
from ministack.core.responses import get_account_id, get_region

making_clients = threading.Lock()
models = botocore.session.get_session()
clients = {}  # a client costs more than a call: it reads the models of its service


def ask(path, **body):
    """One of the front's own paths, `/_local/…`."""
    request = urllib.request.Request(
        f"{settings.endpoint}/_local/{path}", method="POST", data=json.dumps(body).encode(), headers={"x-local-secret": settings.secret}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as failure:
        raise RuntimeError(f"the front refused {path}: {failure.read().decode()}") from failure


def credentials(role, session):
    return ask("credentials", roleArn=role, session=session)


def denial(action, resource, role=None, session=None, service=None, account=None, context=None):
    """Why a role, or a service for itself, may not do this; None when it may."""
    return ask("authorize", action=action, resource=resource, roleArn=role, session=session, service=service, accountId=account or get_account_id(), context=context or {})["denial"]


def client(service, role=None):
    """An AWS client of the front, as a role that a state machine has or as administrator of the account that the engine works for now."""
    key = (service, get_region(), role or get_account_id())
    with making_clients:  # only to use one is thread-safe
        if key not in clients:
            clients[key] = make_client(service, role)
        return clients[key]


def make_client(service, role):
    keys = credentials(role, "states") if role else {"AccessKeyId": get_account_id(), "SecretAccessKey": "local", "SessionToken": None}
    return models.create_client(
        service,
        region_name=get_region(),
        endpoint_url=settings.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
