import * as z from "zod";

/** A part of the names that the pipeline gives. */
export const name = z
  .string()
  .regex(/^[a-z0-9](-?[a-z0-9])*$/, "lower-case letters, digits and single hyphens");

/** An environment's name, which is a part of keys in the bucket too. */
export const environment = name
  .max(16)
  .refine(
    (given) => given !== "uploads" && given !== "captures",
    "is a folder of every environment's objects: choose another",
  );

/** Whether an environment may be called that: what a tag says may be anything, such as a prefix of others. */
export function isEnvironmentName(text: string): boolean {
  return environment.safeParse(text).success;
}
