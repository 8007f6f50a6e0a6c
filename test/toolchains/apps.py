"""Runs the app of an example for each case of the list on stdin, and prints the error of each, or null: in one process, since it takes seconds to load the CDK."""

import functools
import gc
import json
import os
import runpy
import sys
import traceback

gc.disable()  # to look for garbage among what the CDK keeps is a quarter of the time that it takes to load
import aws_cdk as cdk
gc.enable()

App = cdk.App


def error_of(case):
    folder = os.path.dirname(case["app"])
    cdk.App = functools.partial(App, context=case["context"], outdir=case["out"])
    sys.path.insert(0, folder)
    sys.modules.pop("settings", None)  # each example has its own
    try:
        runpy.run_path(case["app"], run_name="__main__")
    except Exception:
        return traceback.format_exc()
    finally:
        sys.path.remove(folder)


print(json.dumps([error_of(case) for case in json.load(sys.stdin)]))
