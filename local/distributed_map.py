"""What ministack's Distributed Map lacks and the application uses: batches, ResultWriter, limits by path.

Wraps ministack's own, which runs the children. Follows the Step Functions developer guide ("ItemBatcher",
"ResultWriter", "Tolerated failure threshold"): thresholds count items, so a failed batch counts as many
as it holds. The state machine's role is asked, as on AWS, for the listing, for its children and for
what ResultWriter writes.
"""

import json

from authorization import assume, authorize
from ministack.services import s3, stepfunctions

# AWS's limit on a child's input.
MAX_BATCH_BYTES = 256 * 1024

_run_children = stepfunctions._run_distributed_map
_Error = stepfunctions._ExecutionError


def install():
    """Puts this Distributed Map in the place of ministack's."""
    stepfunctions._run_distributed_map = _run


def _run(state, raw_input, effective, iterator, execution, ctx):
    role = _Role(execution)
    items = _items(state, effective, ctx, role)
    batches = _batches(items, state.get("ItemBatcher"), effective, ctx)
    role.require("states:StartExecution", execution["stateMachineArn"], {}, "States.Permissions")
    children = {
        "Label": state.get("Label") or stepfunctions.new_uuid(),
        "MaxConcurrency": _number(state, "MaxConcurrency", effective, ctx),
        "ToleratedFailurePercentage": 100,
    }
    outputs, _ = _run_children(children, None, batches, iterator, execution, ctx)
    run = [run for run in stepfunctions._map_runs.values() if run["executionArn"] == execution["executionArn"]][-1]
    ended = [child for child in stepfunctions._executions.values() if child.get("mapRunArn") == run["mapRunArn"]]
    sizes = {child["executionArn"]: _size(json.loads(child["input"]), state) for child in ended}
    failed = sum(sizes[child["executionArn"]] for child in ended if child["status"] != "SUCCEEDED")
    _count(run, len(items), failed)
    result = outputs
    if "ResultWriter" in state:
        result = _write(state["ResultWriter"], run, ended, effective, ctx, role)
        run["itemCounts"]["resultsWritten"] = len(items)
    _judge(state, run, len(items), failed, effective, ctx)
    result = stepfunctions._apply_result_selector(state, result)
    output = stepfunctions._apply_result_path(state, raw_input, result)
    return stepfunctions._apply_output_path(state, output, ctx), stepfunctions._next_or_end(state)


def _items(state, effective, ctx, role):
    reader = state.get("ItemReader")
    if reader:
        where = stepfunctions._resolve_params_obj(reader.get("Parameters") or {}, effective, ctx)
        bucket = f"arn:aws:s3:::{where.get('Bucket')}"
        if reader["Resource"].endswith("listObjectsV2"):
            prefix = {"s3:prefix": where.get("Prefix", "")}
            role.require("s3:ListBucket", bucket, prefix, "States.ItemReaderFailed")
        else:
            role.require("s3:GetObject", f"{bucket}/{where.get('Key')}", {}, "States.ItemReaderFailed")
        items = stepfunctions._read_map_items(reader, effective, ctx)
    else:
        items = stepfunctions._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, ctx)
    selector = state.get("ItemSelector")
    if not selector:
        return items
    return [
        stepfunctions._resolve_params_obj(
            selector, effective, {**ctx, "Map": {"Item": {"Index": index, "Value": item}}})
        for index, item in enumerate(items)
    ]


def _batches(items, batcher, effective, ctx):
    """The children's inputs: {"Items": [...]}, with BatchInput beside them where there is one."""
    if batcher is None:
        return items
    most = _number(batcher, "MaxItemsPerBatch", effective, ctx) or len(items)
    most_bytes = _number(batcher, "MaxInputBytesPerBatch", effective, ctx) or MAX_BATCH_BYTES
    shared = {}
    if "BatchInput" in batcher:
        shared = {"BatchInput": stepfunctions._resolve_params_obj(batcher["BatchInput"], effective, ctx)}
    batches = []
    for item in items:
        grown = {**shared, "Items": [*batches[-1]["Items"], item]} if batches else None
        if grown and len(grown["Items"]) <= most and len(json.dumps(grown).encode()) <= most_bytes:
            batches[-1] = grown
        else:
            batches.append({**shared, "Items": [item]})
    return batches


def _size(child_input, state):
    return len(child_input["Items"]) if "ItemBatcher" in state else 1


def _number(fields, name, effective, ctx):
    """A field that stands there itself or, as a path, in the state's input; 0 where it does not."""
    path = fields.get(f"{name}Path")
    value = stepfunctions._resolve_path_or_ctx(path, effective, ctx) if path else fields.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Error("States.Runtime", f"{name}Path {path} of the Map state is not a number: {value!r}")
    return int(value)


def _count(run, total, failed):
    run["itemCounts"].update(total=total, succeeded=total - failed, failed=failed)


def _judge(state, run, total, failed, effective, ctx):
    limits = []
    if "ToleratedFailureCount" in state or "ToleratedFailureCountPath" in state:
        limits.append(failed > _number(state, "ToleratedFailureCount", effective, ctx))
    percentage = _number(state, "ToleratedFailurePercentage", effective, ctx)
    if percentage or not limits:
        limits.append(failed * 100 > percentage * total)
    run["toleratedFailurePercentage"] = percentage
    run["status"] = "FAILED" if any(limits) else "SUCCEEDED"
    if any(limits):
        raise _Error("States.ExceedToleratedFailureThreshold",
                     "The specified tolerated failure threshold was exceeded")


def _write(writer, run, ended, effective, ctx, role):
    where = stepfunctions._resolve_params_obj(writer["Parameters"], effective, ctx)
    config = writer.get("WriterConfig") or {}
    transformation = config.get("Transformation", "NONE")
    lines = config.get("OutputType", "JSON") == "JSONL"
    bucket, prefix = where["Bucket"], where.get("Prefix", "").rstrip("/")
    folder = "/".join(part for part in (prefix, run["mapRunArn"].rsplit(":", 1)[-1]) if part)

    def put(name, text):
        key = f"{folder}/{name}"
        role.require("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}", {}, "States.ResultWriterFailed")
        body = text.encode()
        status, _, answer = s3._put_object(bucket, key, body, {})
        if status != 200:
            raise _Error("States.ResultWriterFailed", answer.decode())
        return {"Key": key, "Size": len(body)}

    files = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status, written in files.items():
        children = [child for child in ended if child["status"] == status]
        if children:
            results = _transformed(children, transformation if status == "SUCCEEDED" else "NONE")
            text = "\n".join(map(json.dumps, results)) if lines else json.dumps(results)
            written.append(put(f"{status}_0.{'jsonl' if lines else 'json'}", text))
    manifest = {"DestinationBucket": bucket, "MapRunArn": run["mapRunArn"], "ResultFiles": files}
    key = put("manifest.json", json.dumps(manifest))["Key"]
    return {"MapRunArn": run["mapRunArn"], "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def _transformed(children, transformation):
    if transformation == "NONE":
        return [_record(child) for child in children]
    outputs = [json.loads(child["output"]) for child in children]
    if transformation == "COMPACT":
        return outputs
    return [one for output in outputs for one in (output if isinstance(output, list) else [output])]


def _record(child):
    """An execution as the result files show it."""
    record = {
        "ExecutionArn": child["executionArn"], "Input": child["input"], "InputDetails": {"Included": True},
        "Name": child["name"], "StartDate": child["startDate"], "StateMachineArn": child["stateMachineArn"],
        "Status": child["status"], "StopDate": child["stopDate"],
    }
    if child["status"] == "SUCCEEDED":
        return {**record, "Output": child["output"], "OutputDetails": {"Included": True}}
    return {**record, "Error": child.get("error"), "Cause": child.get("cause")}


class _Role:
    """A session of the state machine's role."""

    def __init__(self, execution):
        machine = stepfunctions._state_machines[execution["stateMachineArn"]]
        self._session = assume(machine["roleArn"], "states.amazonaws.com", machine["stateMachineArn"],
                               execution["name"][:64])
        if "message" in self._session:
            raise _Error("States.Permissions", self._session["message"])

    def require(self, action, resource, context, error):
        refused = authorize(self._session["accessKeyId"], self._session["sessionToken"],
                            [{"action": action, "resource": resource, "context": context}])
        if refused:
            raise _Error(error, refused["message"])
