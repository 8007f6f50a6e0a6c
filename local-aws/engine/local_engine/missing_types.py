"""CloudFormation: resource types that ministack lacks, and properties of schedules that it drops."""
import json

from local_engine.front import ask
from local_engine.handlers import around
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, eventbridge, scheduler
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

SCHEDULE_PROPERTIES = ("StartDate", "EndDate", "ScheduleExpressionTimezone", "ActionAfterCompletion", "KmsKeyArn")


class EventBusPolicy:
    """AWS::Events::EventBusPolicy: one statement, or what PutPermission takes"""

    @staticmethod
    def create(logical_id, properties, stack):
        EventBusPolicy.put(properties)
        return properties["StatementId"], {}

    @staticmethod
    def update(statement_id, old, new, stack):
        EventBusPolicy.delete(statement_id, old)
        EventBusPolicy.put(new)
        return new["StatementId"], {}

    @staticmethod
    def delete(statement_id, properties):
        eventbridge._remove_permission({"EventBusName": bus_of(properties), "StatementId": statement_id})
        ask("policies-changed")

    @staticmethod
    def put(properties):
        bus = bus_of(properties)
        if bus != "default" and bus not in eventbridge._event_buses:
            raise ValueError(f"Event bus {bus} does not exist.")
        if "Statement" not in properties:
            eventbridge._put_permission({**properties, "EventBusName": bus})
        else:
            statement = as_json(properties["Statement"])
            policy = eventbridge._event_bus_policies.setdefault(bus, {"Version": "2012-10-17", "Statement": []})
            policy["Statement"].append({**statement, "Sid": properties["StatementId"]})
        ask("policies-changed")


class CompositeAlarm:
    """AWS::CloudWatch::CompositeAlarm"""

    @staticmethod
    def create(logical_id, properties, stack):
        name = properties.get("AlarmName") or f"{stack}-{logical_id}"
        status, _, body = cloudwatch._put_composite_alarm({}, {**properties, "AlarmName": name}, False, True)
        if status >= 400:
            raise ValueError(f"AWS::CloudWatch::CompositeAlarm: {body.decode()}")
        return name, {"Arn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"}

    @staticmethod
    def update(name, old, new, stack):
        return CompositeAlarm.create(None, {**new, "AlarmName": new.get("AlarmName") or name}, stack)

    @staticmethod
    def delete(name, properties):
        cloudwatch._composite_alarms.pop(name, None)


def bus_of(properties):
    return properties.get("EventBusName", "default").split("/")[-1]


def as_json(value):
    return json.loads(value) if isinstance(value, str) else value


def keep_schedule(name, properties):
    """ministack forgets when a schedule starts and ends."""
    schedule = properties and scheduler._schedules.get(f"{properties.get('GroupName', 'default')}/{name}")
    if schedule:
        schedule.update({key: properties[key] for key in SCHEDULE_PROPERTIES if key in properties})


ADDED = {"AWS::Events::EventBusPolicy": EventBusPolicy, "AWS::CloudWatch::CompositeAlarm": CompositeAlarm}


def install():
    for name, added in ADDED.items():
        _RESOURCE_HANDLERS[name] = {"create": added.create, "update": added.update, "delete": added.delete}
    around("AWS::Scheduler::Schedule", after=keep_schedule)
