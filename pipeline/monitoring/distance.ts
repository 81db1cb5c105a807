import * as z from "zod";
import type { PictureStatistics } from "./picture-statistics.ts";

/** What the test pictures look like: `baseline/pictures.json`. */
export const lookSchema = z.object({
  pictures: z.number(),
  /** Of the means of red, green and blue, the contrast, and the logarithm of the sharpness. */
  mean: z.array(z.number()),
  /** Inverse of the sum of squares and products around the mean. */
  precision: z.array(z.array(z.number())),
});

export type Look = z.infer<typeof lookSchema>;

/** Keeps what is constant, such as the colour of grey pictures, from making the matrix singular. */
const RIDGE = 1e-3;

/** The look of some pictures; undefined of too few to say how they vary. */
export function lookOf(pictures: readonly PictureStatistics[]): Look | undefined {
  const rows = pictures.map(vectorOf);
  const size = rows[0]?.length ?? 0;
  if (rows.length < 2 * size || size === 0) return undefined;
  const mean = Array.from({ length: size }, (_, at) => average(rows.map((row) => row[at] ?? 0)));
  const scatter = mean.map((_, i) =>
    mean.map((__, j) => {
      const products = rows.map((row) => difference(row, mean, i) * difference(row, mean, j));
      return rows.length * (average(products) + (i === j ? RIDGE : 0));
    }),
  );
  return { pictures: rows.length, mean, precision: inverse(scatter) };
}

/**
 * How unlike the test pictures a picture looks: the Mahalanobis distance of its colour, contrast and
 * sharpness, in standard deviations. It knows nothing of what the picture shows.
 * Mahalanobis, P. C. (1936), Proceedings of the National Institute of Sciences of India 2(1), 49-55.
 */
export function distanceFrom({ pictures, ...look }: Look, picture: PictureStatistics): number {
  return Math.sqrt((pictures - 1) * form(look, vectorOf(picture)));
}

/**
 * The same of one of the pictures that made the look, as if it had not been among them: else a test
 * picture would always seem nearer than a new one of its kind. By the formula of Sherman and Morrison
 * (1950), Annals of Mathematical Statistics 21(1), 124-127.
 */
export function distanceWithout(
  { pictures: n, ...look }: Look,
  picture: PictureStatistics,
): number {
  const inside = form(look, vectorOf(picture));
  const ratio = n / (n - 1);
  const outside = (ratio ** 2 * inside) / Math.max(1 - ratio * inside, Number.EPSILON);
  return Math.sqrt((n - 2) * outside);
}

function vectorOf({ red, green, blue, contrast, sharpness }: PictureStatistics): number[] {
  return [red, green, blue, contrast, Math.log1p(sharpness)];
}

function form({ mean, precision }: Pick<Look, "mean" | "precision">, vector: readonly number[]) {
  let total = 0;
  for (const [i, row] of precision.entries()) {
    for (const [j, weight] of row.entries()) {
      total += weight * difference(vector, mean, i) * difference(vector, mean, j);
    }
  }
  return total;
}

function difference(row: readonly number[], mean: readonly number[], at: number): number {
  return (row[at] ?? 0) - (mean[at] ?? 0);
}

function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Of a positive definite matrix, by Gauss and Jordan. */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (const [at, row] of rows.entries()) {
    const pivot = row[at] ?? 1;
    for (const [j, value] of row.entries()) row[j] = value / pivot;
    for (const [other, target] of rows.entries()) {
      const factor = target[at] ?? 0;
      if (other === at || factor === 0) continue;
      for (const [j, value] of row.entries()) target[j] = (target[j] ?? 0) - factor * value;
    }
  }
  return rows.map((row) => row.slice(matrix.length));
}
