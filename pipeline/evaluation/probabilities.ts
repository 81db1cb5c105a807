/**
 * Reads an answer of the classifier: the bare list of the endpoint, `[0.9, 0.1]`, or the batch
 * transform's `{"prediction":[0.9, 0.1]}`. Undefined where it is neither.
 */
export function parseProbabilities(text: string): number[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list: unknown =
    value !== null && typeof value === "object" && "prediction" in value ? value.prediction : value;
  if (!Array.isArray(list) || !list.every((each) => typeof each === "number")) return undefined;
  return list;
}
