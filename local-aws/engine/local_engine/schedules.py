"""EventBridge Scheduler: schedules fire by the clock, and a rate for the first time as soon as it is there."""
from local_engine import clock
from ministack.services import eventbridge, scheduler


class Time(clock.Time):
    @staticmethod
    def sleep(seconds):
        """Ends early when the clock is advanced past it."""
        clock.Signal().wait(clock.now() + seconds)


def tick_from_the_beginning(tick):
    """ministack waits for a rate's first interval, and takes what a cron expression means from the first time that it looks at it."""

    def call():
        for key, schedule in list(scheduler._schedules._data.items()):
            interval = eventbridge._parse_rate_seconds(schedule["ScheduleExpression"])
            starts_at_once = interval is not None and not schedule.get("StartDate")
            if starts_at_once or not schedule["ScheduleExpression"].startswith(("at(", "rate(")):
                scheduler._schedule_last_fired.setdefault(key, schedule["CreationDate"] - (interval or 0))
        tick()

    return call


def install():
    scheduler.time = Time()
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    scheduler._tick_schedules = tick_from_the_beginning(scheduler._tick_schedules)
