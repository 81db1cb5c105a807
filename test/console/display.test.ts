import { expect, test } from "@jest/globals";
import { Display } from "../../console/display.ts";

function shown(isTTY: boolean, environment: NodeJS.ProcessEnv, show: (display: Display) => void) {
  let text = "";
  const output = { isTTY, columns: 40, write: (part: string) => (text += part) };
  show(new Display(output, environment));
  return text;
}

const count = (display: Display) => {
  for (let done = 1; done <= 1000; done++) display.count(done, 1000, "pictures");
};

test("a count moves on one line of a terminal, and a fact takes its place", () => {
  const text = shown(true, {}, (display) => {
    display.count(1, 2, "pictures");
    display.line("done");
  });
  expect(text).toBe("  1 of 2 pictures\r\u001B[2K  done\n");
});

test("a count is a few plain lines where there is no terminal", () => {
  const lines = shown(false, {}, count).trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(6);
  expect(lines.at(-1)).toBe("  1,000 of 1,000 pictures");
});

test("NO_COLOR gives plain lines in a terminal", () => {
  const text = shown(true, { NO_COLOR: "1" }, (display) => {
    count(display);
    display.line(display.bad("failed"));
  });
  expect(text).not.toContain("\u001B");
  expect(text).not.toContain("\r");
});

test("a second count with the same unit starts anew after a fact", () => {
  const text = shown(false, {}, (display) => {
    count(display);
    display.line("uploaded");
    count(display);
  });
  expect(text.match(/1,000 of 1,000 pictures/g)).toHaveLength(2);
});

test("a moving line is never wider than the terminal", () => {
  const text = shown(true, {}, (display) => display.count(1, 2, "p".repeat(100)));
  expect(text.length).toBeLessThan(40);
});
