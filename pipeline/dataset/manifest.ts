/**
 * What stage-data puts last under a dataset's prefix, as `manifest.json`: a dataset without it is
 * not whole. `hash` names the content (pictures, labels, split and seed), and so the prefix; into how
 * many files the training pictures are dealt is not part of it.
 */
export interface Manifest {
  readonly hash: string;
  /** `cifar-100`, `drawn`, the file's or folder's base name, or the prefix's URI. */
  readonly source: string;
  /** In the order of the labels, from 0. */
  readonly classes: readonly string[];
  /** The last of the classes, where it is of pictures of anything else; absent where there are none. */
  readonly background?: string;
  readonly seed: number;
  readonly counts: PictureCounts;
  /** Of the counts those that were captured at the endpoint and labelled; absent where there are none. */
  readonly captured?: PictureCounts;
  /** Keys relative to the prefix of the test pictures: PNG, one object each. */
  readonly test: readonly TestPicture[];
}

interface PictureCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

export interface TestPicture {
  readonly key: string;
  readonly label: number;
  /** True where it was captured at the endpoint. */
  readonly captured?: boolean;
}

/** Whether a label is that of pictures of anything else. */
export function isStranger(
  { classes, background }: Pick<Manifest, "classes" | "background">,
  label: number,
): boolean {
  return background !== undefined && label === classes.length - 1;
}

/** What stage-data returns and the later steps take. */
export interface Dataset {
  readonly bucket: string;
  /** Ends with a slash: `scones/local/datasets/<hash>/`. */
  readonly prefix: string;
  readonly manifest: Manifest;
}
