"""Runs a record preprocessor script as Model Monitor's analyzer does, over captures on standard input.

A capture, a line of JSON, is answered by a line of JSON: the list of its flat records. The script gets
the captured record as an object with the attributes endpoint_input, endpoint_output (both with data and
encoding), event_metadata and, of a merged record, ground_truth.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
"""

import inspect
import json
import logging
import runpy
import sys
from types import SimpleNamespace


def side(captured):
    if captured is None:
        return None
    return SimpleNamespace(data=captured.get("data"), encoding=captured.get("encoding"))


def inference_record(line):
    captured = json.loads(line)
    metadata = captured.get("eventMetadata", {})
    return SimpleNamespace(
        endpoint_input=side(captured["captureData"].get("endpointInput")),
        endpoint_output=side(captured["captureData"].get("endpointOutput")),
        ground_truth=side(captured.get("groundTruthData")),
        event_metadata=SimpleNamespace(
            event_id=metadata.get("eventId"),
            inference_id=metadata.get("inferenceId"),
            inference_time=metadata.get("inferenceTime"),
            custom_attribute=metadata.get("customAttributes"),
        ),
    )


def main(script):
    handler = runpy.run_path(script)["preprocess_handler"]
    takes_logger = len(inspect.signature(handler).parameters) > 1
    more = [logging.getLogger("preprocessor")] if takes_logger else []
    for line in sys.stdin:
        answer = handler(inference_record(line), *more)
        records = answer if isinstance(answer, list) else [answer] if answer else []
        print(json.dumps(records), flush=True)


main(sys.argv[1])
