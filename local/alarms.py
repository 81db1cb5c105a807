"""Evaluates ministack's metric alarms as CloudWatch does: on the metric with the alarm's own dimensions,
period by period, M of N of them, and with missing data treated as the alarm says.

ministack takes every metric of the name whatever its dimensions, takes all periods as one, and looks only
when a metric is written. The periods here end now, not at the full minute: an alarm rings as soon as the
metric is there. Only a state older than all of the periods changes for want of data, so that one that
SetAlarmState gave lasts a while, as on AWS.
"""

import operator
import time

from ministack.services import cloudwatch

_describe = cloudwatch._describe_alarms
_OPERATORS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_WITHOUT_DATA = {"notBreaching": "OK", "breaching": "ALARM", "missing": "INSUFFICIENT_DATA"}


def install():
    """Replaces ministack's evaluation, and evaluates before alarms are described."""
    cloudwatch._evaluate_alarm = _evaluate
    cloudwatch._describe_alarms = _describe_evaluated


def _describe_evaluated(*request):
    cloudwatch._evaluate_all_alarms()
    return _describe(*request)


def _evaluate(alarm):
    compare = _OPERATORS.get(alarm.get("ComparisonOperator"))
    if not alarm.get("MetricName") or not compare:
        return
    values = _values(alarm)
    known = [value for value in values if value is not None]
    missing = alarm.get("TreatMissingData") or "missing"
    if not known:
        seconds = int(alarm.get("Period") or 60) * len(values)
        if time.time() - alarm.get("StateUpdatedTimestamp", 0) >= seconds and missing in _WITHOUT_DATA:
            _change(alarm, _WITHOUT_DATA[missing], "no datapoints were received")
        return
    threshold = float(alarm.get("Threshold") or 0)
    breaching = sum(compare(value, threshold) for value in known)
    if missing == "breaching":
        breaching += len(values) - len(known)
    needed = int(alarm.get("DatapointsToAlarm") or len(values))
    # Without data to the contrary, what is known decides: an alarm of 3 periods needs no 3 to be OK.
    state = "ALARM" if breaching >= needed else "OK"
    shown = ", ".join(f"{value:g}" for value in known)
    _change(alarm, state, f"{breaching} of {len(values)} datapoints [{shown}] crossed the threshold ({threshold:g})")


def _values(alarm):
    """The statistic of each of the alarm's periods, the latest first; None for one without data."""
    wanted = (alarm["Namespace"], alarm["MetricName"],
              cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or [])))
    points = cloudwatch._metrics.get(wanted) or []
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    period, now = int(alarm.get("Period") or 60), time.time()
    values = []
    for index in range(int(alarm.get("EvaluationPeriods") or 1)):
        end = now - index * period
        within = [point for point in points if end - period < point["Timestamp"] <= end + (index == 0)]
        values.append(cloudwatch._stat_value(cloudwatch._calc_stats(within), statistic, within) if within else None)
    return values


def _change(alarm, state, why):
    before = alarm["StateValue"]
    if before == state:
        return
    reason = f"Threshold Crossed: {why}"
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
