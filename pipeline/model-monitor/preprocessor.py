"""One capture of the endpoint becomes one flat record for SageMaker Model Monitor's analyzer.

It needs nothing that Python does not bring along: the analyzer's container has no network. What can't
be told of a capture is left out of its record, so that it counts as missing.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
"""

import base64
import json
import struct

# The names of the model's classes, in their order; written in when this file is uploaded.
CLASSES = []

# What verify-deployment asked is no sample of the traffic.
VERIFICATION = "verification-"

PNG = b"\x89PNG\r\n\x1a\n"
# Start of frame, without the tables of Huffman codes, of JPEG's extensions and of arithmetic coding.
JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def preprocess_handler(inference_record):
    """The record of a capture; none, an empty list, of what is no answer, or of a verification."""
    metadata = getattr(inference_record, "event_metadata", None)
    if str(getattr(metadata, "inference_id", None) or "").startswith(VERIFICATION):
        return []
    probabilities = answer_of(inference_record.endpoint_output)
    if probabilities is None:
        return []
    confidence = max(probabilities)
    record = {
        "predicted_class": CLASSES[probabilities.index(confidence)],
        "confidence": confidence,
    }
    size = size_of(picture_of(getattr(inference_record, "endpoint_input", None)))
    if size is not None:
        record["width"], record["height"] = size
    return record


def answer_of(output):
    """The probabilities of a captured answer, one a class; None where it is none."""
    try:
        probabilities = json.loads(text_of(output))
        numbers = [float(each) for each in probabilities]
    except (AttributeError, TypeError, ValueError):
        return None
    return numbers if len(numbers) == len(CLASSES) else None


def text_of(side):
    if side.encoding == "BASE64":
        return base64.b64decode(side.data).decode("utf-8")
    return side.data


def picture_of(side):
    if side is None or getattr(side, "encoding", None) != "BASE64":
        return b""
    try:
        return base64.b64decode(side.data)
    except (TypeError, ValueError):
        return b""


def size_of(picture):
    """Width and height in pixels, by the header of a PNG or a JPEG; None for anything else."""
    if picture[:8] == PNG and len(picture) >= 24:
        return struct.unpack(">II", picture[16:24])
    return jpeg_size(picture) if picture[:2] == b"\xff\xd8" else None


def jpeg_size(picture):
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in JPEG_FRAMES:
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", picture[at + 2 : at + 4])[0]
    return None
