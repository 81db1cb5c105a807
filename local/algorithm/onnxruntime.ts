// Since 1.29 onnxruntime reports to its maker unless this is set before it is loaded.
process.env["ORT_DISABLE_TELEMETRY"] = "1";

/** onnxruntime-node, loaded so that it keeps what it does to itself. */
export const onnxruntime = await import("onnxruntime-node");
