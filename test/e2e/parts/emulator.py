"""Starts MiniStack, and makes up for what it does otherwise than AWS where our stack needs it.

What it does and doesn't, as far as the tests rest on it: test/e2e/README.md.
"""

import os
import uuid

from ministack.app import main
from ministack.services import cloudwatch, sts
from ministack.services.cloudformation import provisioners

# It refuses a template with a type that it doesn't know. These get an id and the attributes that
# Fn::GetAtt may ask for, and do nothing: no test may rest on what they do.
STAND_INS = {
    "AWS::EC2::EIP": ("AllocationId", "PublicIp"),
    "AWS::EC2::NatGateway": ("NatGatewayId",),
    "AWS::Logs::QueryDefinition": ("QueryDefinitionId",),
}


def stand_in(attributes):
    def create(logical_id, props, stack_name):
        physical_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{stack_name}/{logical_id}"))
        return physical_id, dict.fromkeys(attributes, physical_id)

    return {"create": create, "delete": lambda physical_id, props: None}


def add_stand_ins(handlers):
    for resource_type, attributes in STAND_INS.items():
        if resource_type in handlers:
            raise SystemExit(f"MiniStack knows {resource_type} by now: take the stand-in away.")
        handlers[resource_type] = stand_in(attributes)


def accept_metric_math(record_alarm):
    """Keeps an alarm on an expression under the metric that the expression is made of."""

    def record(name, props):
        measured = [each["MetricStat"] for each in props.get("Metrics", []) if "MetricStat" in each]
        if not measured:
            return record_alarm(name, props)
        (stat,) = measured
        plain = {**props, **stat["Metric"], "Period": stat["Period"], "Statistic": stat["Stat"]}
        del plain["Metrics"]
        return record_alarm(name, plain)

    return record


def shorten_sessions(parameter, seconds):
    """Sessions that are asked for by their length get this one, and end with it."""

    def read(params, key, *default):
        found = parameter(params, key, *default)
        return seconds if key == "DurationSeconds" and found else found

    return read


add_stand_ins(provisioners._RESOURCE_HANDLERS)
provisioners._cw_metric_alarm_record = accept_metric_math(provisioners._cw_metric_alarm_record)
# It would compare all series of a name, whatever their dimensions, and know of no missing data:
# states are set by the tests, which reckon as CloudWatch does.
cloudwatch._evaluate_alarm = lambda alarm: None

if os.environ.get("SESSION_SECONDS"):
    sts._p = shorten_sessions(sts._p, os.environ["SESSION_SECONDS"])

if __name__ == "__main__":
    main()
