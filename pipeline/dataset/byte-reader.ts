/** Cuts a stream of chunks of any size into pieces of wanted sizes, holding one piece at a time. */
export class ByteReader {
  /** Bytes handed out so far. */
  offset = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** The next `size` bytes; fewer only where the stream ends, none after its end. */
  async read(size: number): Promise<Buffer> {
    if (this.#rest.length < size) await this.#fill(size);
    const piece = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    this.offset += piece.length;
    return piece;
  }

  async #fill(size: number): Promise<void> {
    const chunks = [this.#rest];
    let length = this.#rest.length;
    while (length < size) {
      const { value, done } = await this.#chunks.next();
      if (done === true) break;
      chunks.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      length += value.byteLength;
    }
    this.#rest = Buffer.concat(chunks, length);
  }

  /** Tells the source that no more is wanted. */
  async end(): Promise<void> {
    await this.#chunks.return?.();
  }
}
