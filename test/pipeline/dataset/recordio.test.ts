import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { encodeRecord, readRecordIo } from "../../../pipeline/dataset/recordio.ts";
import type { ImageRecord } from "../../../pipeline/dataset/recordio.ts";

const magic = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);

/** Bytes in which the magic number is likely, on a 4-byte border and off it. */
const image = fc
  .array(fc.oneof(fc.constant(magic), fc.uint8Array({ minLength: 1, maxLength: 9 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => Buffer.concat(parts));
const record = fc.record({ label: fc.nat(1000), id: fc.maxSafeNat(), image });

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size = 7): Promise<ImageRecord[]> {
  const records: ImageRecord[] = [];
  for await (const one of readRecordIo(chunks(bytes, size))) records.push(one);
  return records;
}

test("what was written is read back, however the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 5 }),
      fc.integer({ min: 1, max: 64 }),
      async (records, size) => {
        expect(await read(Buffer.concat(records.map(encodeRecord)), size)).toEqual(records);
      },
    ),
  );
});

test("the magic number never stands on a 4-byte border inside a record", () => {
  fc.assert(
    fc.property(record, (one) => {
      const bytes = encodeRecord(one);
      let at = 0;
      while (at < bytes.length) {
        expect(bytes.subarray(at, at + 4)).toEqual(magic);
        const end = at + 8 + (bytes.readUInt32LE(at + 4) & 0x1fffffff);
        for (at += 8; at < end; at += 4) expect(bytes.subarray(at, at + 4)).not.toEqual(magic);
      }
      expect(at).toBe(bytes.length);
    }),
  );
});

test("a record has the bytes that im2rec writes", () => {
  // mx.recordio.MXRecordIO(...).write(mx.recordio.pack(mx.recordio.IRHeader(0, 1, 7, 0), b"abcde"))
  expect(encodeRecord({ label: 1, id: 7, image: Buffer.from("abcde") }).toString("hex")).toBe(
    "0a23d7ce1d000000000000000000803f070000000000000000000000000000006162636465000000",
  );
});

test("a file that is cut off is refused with the offset of the record", async () => {
  const one = encodeRecord({ label: 0, id: 1, image: Buffer.from("picture") });
  await expect(read(Buffer.concat([one, one.subarray(0, -1)]))).rejects.toThrow(
    `at byte ${one.length}: cut off`,
  );
  await expect(read(one.subarray(0, 5))).rejects.toThrow("at byte 0: cut off");
});

test("a file of another kind is refused", async () => {
  await expect(read(Buffer.alloc(64))).rejects.toThrow("at byte 0: no record starts there");
});

test("a continued part without its beginning is refused", async () => {
  const one = encodeRecord({ label: 0, id: 1, image: Buffer.from("picture") });
  one.writeUInt32LE(((3 << 29) | one.readUInt32LE(4)) >>> 0, 4);
  await expect(read(one)).rejects.toThrow("at byte 0: a part of kind 3 cannot stand there");
});

test("a record with a list of one label is read, with more refused", async () => {
  const listed = Buffer.concat([Buffer.alloc(4), Buffer.from("abc")]);
  listed.writeFloatLE(5, 0);
  const one = encodeRecord({ label: 0, id: 1, image: listed });
  one.writeUInt32LE(1, 8);
  expect(await read(one)).toEqual([{ label: 5, id: 1, image: Buffer.from("abc") }]);
  one.writeUInt32LE(2, 8);
  await expect(read(one)).rejects.toThrow("2 labels");
});
