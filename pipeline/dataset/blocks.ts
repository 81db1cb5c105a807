/** An object to be, or a part of one, its key relative to the dataset's prefix. */
export interface Upload {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Absent for a whole object. Numbers count from 1, as S3 counts the parts of a multipart upload. */
  readonly part?: { readonly number: number; readonly last: boolean };
  /** Gives the body's memory back for others; to be called when it was sent. */
  readonly release?: () => void;
}

/** The least that S3 takes as a part, but for the last. */
const PART_BYTES = 5 * 2 ** 20;

/**
 * An object of any size that comes bit by bit: at most one part of it is held. The memory of parts that
 * were sent goes round in `pool`, as the garbage collector lets large buffers lie for long.
 */
export class Blocks {
  readonly key: string;
  readonly #contentType: string;
  readonly #pool: Buffer[];
  /** One block a part: thousands of small buffers that live for long tear the memory to pieces. */
  #body: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #parts = 0;

  constructor(key: string, contentType: string, pool: Buffer[] = []) {
    this.#pool = pool;
    this.key = key;
    this.#contentType = contentType;
  }

  /** The parts that are full, behind which more follows. */
  add(bytes: Buffer): Upload[] {
    const full: Upload[] = [];
    let taken = 0;
    while (taken < bytes.length) {
      if (this.#bytes === PART_BYTES) full.push(this.#part(false));
      if (this.#bytes === 0) {
        this.#body = this.#pool.pop() ?? Buffer.allocUnsafe(PART_BYTES);
      }
      const copied = bytes.copy(this.#body, this.#bytes, taken);
      this.#bytes += copied;
      taken += copied;
    }
    return full;
  }

  /** The last part, or the whole object where it is small. */
  end(): Upload {
    if (this.#parts > 0) return this.#part(true);
    return { key: this.key, contentType: this.#contentType, ...this.#take() };
  }

  #part(last: boolean): Upload {
    const part = { number: ++this.#parts, last };
    return { key: this.key, contentType: this.#contentType, part, ...this.#take() };
  }

  #take() {
    const block = this.#body;
    const body = block.subarray(0, this.#bytes);
    this.#bytes = 0;
    return { body, release: () => void this.#pool.push(block) };
  }
}
