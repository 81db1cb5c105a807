/**
 * What stage-data puts last under a dataset's prefix, as `manifest.json`: a dataset without it is
 * not whole. `hash` names the content (pictures, labels, split and seed), and so the prefix.
 */
export interface Manifest {
  readonly hash: string;
  /** As the user named it, `cifar-100`, `drawn`, or the file's or folder's base name. */
  readonly source: string;
  /** In the order of the labels, from 0. */
  readonly classes: readonly string[];
  readonly seed: number;
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  /** Keys relative to the prefix. RecordIO shards of the two training channels. */
  readonly train: readonly string[];
  readonly validation: readonly string[];
  /** Test pictures, PNG, one object each. */
  readonly test: readonly { readonly key: string; readonly label: number }[];
}

/** What stage-data returns and the later steps take. */
export interface Dataset {
  readonly bucket: string;
  /** Ends with a slash: `scones/local/datasets/<hash>/`. */
  readonly prefix: string;
  readonly manifest: Manifest;
}
