/** What GitHub takes of a job summary, a step. */
export const SUMMARY_BYTES = 1024 * 1024;
/** GitHub takes 65,536 characters of a comment, and so as many bytes of UTF-8 in any case. */
export const COMMENT_BYTES = 65_536;
/** A share of what GitHub takes of all outputs of a job together, 1 MB counted as UTF-16. */
const OUTPUT_BYTES = 50_000;

/**
 * Markdown in at most so many bytes of UTF-8: the lines that fit, a code fence among them closed,
 * and a word on what is missing. A first line that is too long itself is cut at a character.
 */
export function cutSummary(markdown: string, bytes = SUMMARY_BYTES): string {
  const size = Buffer.byteLength(markdown);
  if (size <= bytes) return markdown;
  const word = `\n\n*Cut here: GitHub takes ${bytes} bytes, this had ${size}.*\n`;
  let room = bytes - Buffer.byteLength(word);
  let fence = "";
  const kept: string[] = [];
  for (const line of markdown.split("\n")) {
    const open = fenceAfter(fence, line);
    const needed = Buffer.byteLength(line) + 1;
    if (needed + Buffer.byteLength(open) > room) {
      if (kept.length === 0) {
        kept.push(start(line, room - 1 - Buffer.byteLength(open)));
        fence = fenceAfter("", kept[0] ?? "");
      }
      break;
    }
    room -= needed;
    fence = open;
    kept.push(line);
  }
  return [...kept, fence].join("\n").trimEnd() + word;
}

/** An output's value in at most so many bytes of UTF-8, cut at a character, with a word on it. */
export function cutOutput(text: string, bytes = OUTPUT_BYTES): string {
  const size = Buffer.byteLength(text);
  if (size <= bytes) return text;
  const word = ` ... (cut: ${size} bytes)`;
  return start(text, bytes - Buffer.byteLength(word)) + word;
}

/** The fence that is open after a line; CommonMark 0.31, 4.5. */
function fenceAfter(fence: string, line: string): string {
  const [, run = "", rest = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  if (run === "") return fence;
  if (fence === "") return run.startsWith("`") && rest.includes("`") ? "" : run;
  return run.startsWith(fence) && rest.trim() === "" ? "" : fence;
}

/** The longest beginning that takes at most so many bytes, no character halved. */
function start(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  let end = Math.max(0, bytes);
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString("utf8", 0, end);
}
