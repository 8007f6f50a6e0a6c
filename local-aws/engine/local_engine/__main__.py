"""Runs ministack on a loopback port of its own; ends, with all that it started, when its standard input closes."""
import os
import shutil
import socket
import sys
import threading

from local_engine.settings import settings

gateway = socket.create_server(("127.0.0.1", 0))
port = gateway.getsockname()[1]
settings.prepare_environment(port)  # ministack reads its environment when it is imported

import uvicorn  # noqa: E402
from ministack.core import lambda_runtime  # noqa: E402
from local_engine import (  # noqa: E402
    clock, cloudformation, custom_resources, deliveries, executions, functions, iam, integrations, logs, maps, messages, metrics, missing_types, s3, schedules,
    stack_states, state_machines,
)
from local_engine.app import app  # noqa: E402

del os.environ["LOG_LEVEL"]  # ministack has read it; the functions would inherit it and log errors only


def end_with_parent():
    """The parent's end closes the pipe, whatever ended it: SIGKILL too. Nothing here waits for requests or deployments that still run."""
    sys.stdin.buffer.read()
    lambda_runtime.reset()
    shutil.rmtree(settings.work, ignore_errors=True)
    os._exit(0)


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        if self.started:
            print(f"ready {port}", flush=True)


# ministack's own server, which is written in Python, takes half of the engine's time
server = Server(uvicorn.Config(
    app,
    http="httptools",
    ws="none",
    log_level="warning",
    server_header=False,
    timeout_keep_alive=75,  # longer than the front keeps an idle connection: the front closes first
))
ADDITIONS = (
    cloudformation, custom_resources, functions, clock, iam, s3, state_machines, executions, integrations, maps, messages, deliveries, schedules, logs, metrics,
    missing_types, stack_states,
)
for addition in ADDITIONS:
    addition.install()
threading.Thread(target=end_with_parent, daemon=True).start()
server.run([gateway])
