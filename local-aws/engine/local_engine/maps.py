"""Step Functions: the limits of Map states, and of what they read."""
from local_engine.executions import fail
from ministack.services import stepfunctions

INLINE_LIMIT = 40  # Step Functions developer guide, "Using Map state in Inline mode"


def is_distributed(state):
    processor = state.get("ItemProcessor") or state.get("Iterator") or {}
    return (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"


def limit_inline():
    run = stepfunctions._run_map_items

    def run_within_limit(state, data, execution, context):
        asked = state.get("MaxConcurrency")
        if not is_distributed(state) and (asked is None or isinstance(asked, int)):
            state = {**state, "MaxConcurrency": min(asked or INLINE_LIMIT, INLINE_LIMIT)}
        return run(state, data, execution, context)

    stepfunctions._run_map_items = run_within_limit


def read_arrays_only():
    """ministack takes anything that is no array for the only item, and fails in its own words on what is no JSON."""
    parse = stepfunctions._parse_reader_items

    def parse_items(text, config):
        try:
            items = parse(text, config)
        except (ValueError, LookupError, TypeError) as failure:
            fail("States.ItemReaderFailed", f"The items cannot be read: {failure}")
        if isinstance(items, dict):
            fail("States.Runtime", "a Map over the members of a JSON object is not available in the local AWS")
        if not isinstance(items, list):
            fail("States.ItemReaderFailed", "The items are no array.")
        return items

    stepfunctions._parse_reader_items = parse_items


def install():
    limit_inline()
    read_arrays_only()
