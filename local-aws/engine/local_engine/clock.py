"""The clock of executions, functions, schedules and alarms: that of the machine, and ahead of it by what tests advanced it."""
import os
import threading
import time
from datetime import datetime, timezone

from local_engine.settings import settings
from ministack.core import lambda_runtime

OFFSET_FILE = os.path.join(settings.work, "clock-offset")  # in milliseconds, for functions

# Functions read the file when an invocation begins, and then at most every 20 milliseconds. A pause between two tries is a tenth as long, after which a
# function's clock is ahead of it by the rest, until the next invocation; a time limit, which has a signal to end it, keeps to the machine's.
FUNCTION_CLOCK = r"""
(() => {
  const RealDate = Date;
  let slept = 0;
  let offset = 0;
  let readAt = -Infinity;
  const now = () => {
    if (performance.now() - readAt > 20) {
      readAt = performance.now();
      try { offset = Number(require("fs").readFileSync(%r, "utf8")); } catch {}
    }
    return RealDate.now() + offset + slept;
  };
  process.stdin.on("data", () => { readAt = -Infinity; slept = 0; });
  const timers = require("timers/promises");
  const { setTimeout } = timers;
  timers.setTimeout = async (milliseconds, value, options) => {
    if (options?.signal) {
      return setTimeout(milliseconds, value, options);
    }
    const end = now() + milliseconds;
    await setTimeout(milliseconds / 10);
    slept += Math.max(0, end - now());
    return value;
  };
  require("module").syncBuiltinESMExports();
  globalThis.Date = class Date extends RealDate {
    constructor(...parameters) { super(...(parameters.length === 0 ? [now()] : parameters)); }
    static now() { return now(); }
  };
})();
"""

moved = threading.Condition()
_offset = 0.0


class Signal:
    """Something that happens once, for which a thread waits until the clock has passed a time."""

    def __init__(self):
        self.given = False

    def set(self):
        with moved:
            self.given = True
            moved.notify_all()

    def wait(self, until):
        """True when it happened, False when the clock passed the time first."""
        with moved:
            while not self.given and now() < until:
                moved.wait(min(until - now(), threading.TIMEOUT_MAX))
        return self.given


def now():
    return time.time() + _offset


class Time:
    """The module `time` for a service that keeps to the clock."""

    time = staticmethod(now)

    def __getattr__(self, name):
        return getattr(time, name)


def now_iso():
    return datetime.fromtimestamp(now(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def advance(seconds):
    global _offset
    with moved:
        _offset += seconds
        with open(f"{OFFSET_FILE}.new", "w") as file:
            file.write(str(round(_offset * 1000)))
        os.replace(f"{OFFSET_FILE}.new", OFFSET_FILE)
        moved.notify_all()


def install():
    lambda_runtime._NODEJS_WORKER_SCRIPT = FUNCTION_CLOCK % OFFSET_FILE + lambda_runtime._NODEJS_WORKER_SCRIPT
