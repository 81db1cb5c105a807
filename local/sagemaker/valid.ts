/**
 * A request that held against the API model: what the model requires is there, at every depth.
 * The SDK's own types allow undefined for required members.
 */
export type Valid<T> = T extends string | number | boolean | Date | Uint8Array | undefined
  ? T
  : T extends readonly (infer Part)[]
    ? Valid<Part>[]
    : T extends object
      ? {
          [Key in keyof T]: T extends Record<Key, T[Key]>
            ? Valid<NonNullable<T[Key]>>
            : Valid<T[Key]>;
        }
      : T;
