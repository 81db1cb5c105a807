import { constants, crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const paeth = 4;
/** Runs need no large window; a small state is quicker to set up, which is most of the work at 32 x 32. */
const packing = { strategy: constants.Z_RLE, windowBits: 12, memLevel: 6 };
const end = chunk("IEND", Buffer.alloc(0));

/**
 * A PNG (ISO/IEC 15948) of 8-bit RGB pixels, row by row. Every row is Paeth-filtered, which leaves
 * photographs no repetition worth a search: zlib's run-length strategy packs them as small, sooner.
 * @throws RangeError where the pixels are not `width` * `height` * 3 bytes.
 */
export function encodePng(rgb: Uint8Array, width: number, height: number): Buffer {
  const stride = width * 3;
  if (rgb.length !== stride * height) {
    throw new RangeError(`${rgb.length} bytes for ${width} x ${height} RGB pixels`);
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const filtered = filter(rgb, stride, height);
  const data = deflateSync(filtered, { ...packing, chunkSize: filtered.length + 64 });
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), end]);
}

/** Each byte less its Paeth prediction from the left, the upper and the upper left pixel. */
function filter(rgb: Uint8Array, stride: number, height: number): Uint8Array {
  // A margin of zeros above and to the left spares the loop its borders.
  const wide = stride + 3;
  const framed = new Uint8Array(wide * (height + 1));
  const filtered = new Uint8Array((stride + 1) * height);
  for (let row = 0; row < height; row++) {
    let at = wide * (row + 1) + 3;
    framed.set(rgb.subarray(row * stride, (row + 1) * stride), at);
    let to = (stride + 1) * row;
    filtered[to++] = paeth;
    for (const last = at + stride; at < last; at++) {
      const left = framed[at - 3] as number;
      const up = framed[at - wide] as number;
      const corner = framed[at - wide - 3] as number;
      const toLeft = Math.abs(up - corner);
      const toUp = Math.abs(left - corner);
      const toCorner = Math.abs(left + up - 2 * corner);
      const near = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      filtered[to++] = (framed[at] as number) - near;
    }
  }
  return filtered;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}
