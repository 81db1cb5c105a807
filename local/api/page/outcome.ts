/** What the API answered to a photo, as docs/api.md describes it. */
export type Outcome =
  | {
      readonly kind: "routed";
      readonly vehicle: string;
      readonly confidence: number;
      readonly bay: string;
      readonly orders: string;
    }
  | { readonly kind: "unsure"; readonly vehicle: string; readonly confidence: number }
  | { readonly kind: "stranger" | "refused" | "failed"; readonly message: string };

type Answer = Partial<{
  vehicle: string;
  confidence: number;
  bay: string;
  orders: string;
  error: string;
  message: string;
}>;

/** Sends a photo to be classified; an answer that does not come is an outcome too. */
export async function classify(photo: Blob, maxBytes: number): Promise<Outcome> {
  if (photo.size > maxBytes) {
    const size = (photo.size / 1e6).toFixed(1);
    return { kind: "refused", message: `it has ${size} MB: at most ${maxBytes / 1e6} MB are read` };
  }
  try {
    const response = await fetch("/photo", { method: "POST", body: photo });
    return outcomeOf(response.status, (await response.json()) as Answer);
  } catch {
    return { kind: "failed", message: "the server does not answer; is the local run still up?" };
  }
}

function outcomeOf(status: number, answer: Answer): Outcome {
  const { vehicle = "", confidence = 0, bay = "", orders = "", message = "" } = answer;
  if (status === 200) return { kind: "routed", vehicle, confidence, bay, orders };
  if (answer.error === "NOT_A_KNOWN_VEHICLE") return { kind: "stranger", message };
  const [, guess, likelihood] = /^(.+) with a confidence of (\S+), below/.exec(message) ?? [];
  if (status === 422 && guess !== undefined) {
    return { kind: "unsure", vehicle: guess, confidence: Number(likelihood) };
  }
  return { kind: status === 400 || status === 413 ? "refused" : "failed", message };
}
