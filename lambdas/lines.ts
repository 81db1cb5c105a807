/** The lines of a stream of UTF-8, one at a time; empty ones are left out. */
export async function* textLinesOf(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let begun = "";
  for await (const bytes of stream) {
    const lines = (begun + decoder.decode(bytes, { stream: true })).split("\n");
    begun = lines.pop() ?? "";
    yield* lines.filter((line) => line.trim() !== "");
  }
  begun += decoder.decode();
  if (begun.trim() !== "") yield begun;
}
