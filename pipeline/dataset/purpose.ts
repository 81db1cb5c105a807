import { createHash } from "node:crypto";

/** Of the pictures that visitors sent and a person labelled, the share to measure on. */
const TEST_SHARE = 0.25;

/** What a captured picture is for. */
export type Purpose = "train" | "validation" | "test";

/**
 * What a captured picture is for, by its squeezed pixels and the seed alone: the same in every run and
 * encoding, however many others are labelled, so that none is ever trained on and measured on. Of each
 * class about the same share is for each. `validation` is the share of those that are not for the
 * test.
 */
export function purposeOf(
  pixels: Uint8Array,
  { seed, validation }: { readonly seed: number; readonly validation: number },
): Purpose {
  const lot = lotOf(pixels, seed);
  if (lot < TEST_SHARE) return "test";
  return lot < TEST_SHARE + (1 - TEST_SHARE) * validation ? "validation" : "train";
}

/** A number in [0, 1), evenly spread over pictures, the same for the same pixels and seed. */
export function lotOf(pixels: Uint8Array, seed: number): number {
  const digest = createHash("sha256").update(`${seed} `).update(pixels).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
