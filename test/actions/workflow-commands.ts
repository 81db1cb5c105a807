/** An annotation of the run, as GitHub shows it. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: string;
}

export interface Said {
  readonly log: string;
  readonly annotations: readonly Annotation[];
  readonly masked: readonly string[];
}

/** Parts what a step said into workflow commands, `::name property=value,...::message`, and the rest. */
export function readCommands(said: string): Said {
  const log: string[] = [];
  const annotations: Annotation[] = [];
  const masked: string[] = [];
  for (const line of said.split("\n")) {
    const [, name = "", properties = "", message = ""] =
      /^::([\w-]+)(?: (.*?))?::(.*)$/.exec(line) ?? [];
    if (name === "add-mask") masked.push(unescape(message));
    else if (name === "error" || name === "warning" || name === "notice") {
      annotations.push({ level: name, message: unescape(message), ...propertiesOf(properties) });
    } else log.push(line);
  }
  return { log: log.join("\n").trim(), annotations, masked };
}

function propertiesOf(text: string): Omit<Annotation, "level" | "message"> {
  const pairs = text.split(",").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = "", ...rest] = pair.split("=");
      return [key, unescape(rest.join("="))];
    }),
  );
}

function unescape(text: string): string {
  const characters: Record<string, string> = {
    "%0D": "\r",
    "%0A": "\n",
    "%3A": ":",
    "%2C": ",",
    "%25": "%",
  };
  return text.replace(/%(0D|0A|3A|2C|25)/g, (code) => characters[code] ?? code);
}
