import { type ApiModel, type Shape, shapeOf } from "./api-model.ts";

const compiled = new Map<string, RegExp>();
const posixClasses: Readonly<Record<string, string>> = {
  "\\p{Alnum}": "A-Za-z0-9",
  "\\p{Print}": "\\x20-\\x7E",
};

/**
 * What a value breaks of its shape in the API model, in AWS's words, such as `Value 'a b' at
 * 'modelName' failed to satisfy constraint: Member must satisfy regular expression pattern: ...`.
 */
export function violations(model: ApiModel, shapeName: string, value: unknown, at = ""): string[] {
  const shape = shapeOf(model, shapeName);
  const wrongType = typeViolation(shape, value);
  if (wrongType !== undefined) return [say(value, at, wrongType)];
  return [
    ...constraints(shape, value).map((constraint) => say(value, at, constraint)),
    ...partViolations(model, shape, value, at),
  ];
}

/** AWS's message for a request that breaks the API model. */
export function validationMessage(found: readonly string[]): string {
  const errors = found.length === 1 ? "error" : "errors";
  return `${found.length} validation ${errors} detected: ${found.join("; ")}`;
}

/**
 * A pattern of the API model, which is a Java one, as a JavaScript expression over the whole value.
 * @throws SyntaxError where it can't be said in JavaScript.
 */
export function patternOf(source: string): RegExp {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const translated = translateClasses(source)
    .replace(/^\\A/, "")
    .replace(/\\z$/, "")
    // Java lets the end anchor be repeated: `(...)*${1,128}`.
    .replace(/\$\{\d+,\d+\}$/, "");
  const expression = unicodeOrPlain(`^(?:${translated})$`);
  compiled.set(source, expression);
  return expression;
}

/** Java's POSIX classes, which stand both inside and outside of brackets. */
function translateClasses(source: string): string {
  let bracketed = false;
  return source.replace(/\\p\{\w+\}|\\.|\[|\]/g, (token) => {
    if (token === "[") bracketed = true;
    if (token === "]") bracketed = false;
    const characters = posixClasses[token];
    if (characters === undefined) return token;
    return bracketed ? characters : `[${characters}]`;
  });
}

function unicodeOrPlain(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch (error) {
    if (!(error instanceof SyntaxError) || source.includes("\\p{")) throw error;
    return new RegExp(source);
  }
}

function say(value: unknown, at: string, constraint: string): string {
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return `Value ${value === null ? "null" : `'${shown}'`} at '${at}' failed to satisfy constraint: ${constraint}`;
}

function typeViolation({ type }: Shape, value: unknown): string | undefined {
  return isOfType(type, value) ? undefined : `Member must be of type ${type}`;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "string":
    case "boolean":
      return typeof value === type;
    case "integer":
    case "long":
      return Number.isInteger(value);
    case "float":
    case "double":
    case "timestamp":
      return typeof value === "number" || value === "NaN";
    case "list":
      return Array.isArray(value);
    case "blob":
      return typeof value === "string" || value instanceof Uint8Array;
    case "structure":
    case "map":
      return value !== null && typeof value === "object" && !Array.isArray(value);
    default:
      throw new Error(`The API model has a shape of the type ${type}, which nobody checks.`);
  }
}

function constraints(shape: Shape, value: unknown): string[] {
  const found: string[] = [];
  const { min, max } = shape;
  const sized = typeof value === "number" ? value : sizeOf(value);
  const what = typeof value === "number" ? "value" : "length";
  if (min !== undefined && sized < min) {
    found.push(`Member must have ${what} greater than or equal to ${min}`);
  }
  if (max !== undefined && sized > max) {
    found.push(`Member must have ${what} less than or equal to ${max}`);
  }
  if (typeof value !== "string") return found;
  if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value)) {
    found.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    found.push(`Member must satisfy enum value set: [${shape.enum.join(", ")}]`);
  }
  return found;
}

function sizeOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value) || value instanceof Uint8Array)
    return value.length;
  return value !== null && typeof value === "object" ? Object.keys(value).length : 0;
}

function partViolations(model: ApiModel, shape: Shape, value: unknown, at: string): string[] {
  if (shape.type === "list" && shape.member !== undefined) {
    const { shape: member } = shape.member;
    return (value as unknown[]).flatMap((part, index) =>
      violations(model, member, part, `${at}.${index + 1}.member`),
    );
  }
  if (shape.type === "map" && shape.key !== undefined && shape.value !== undefined) {
    const { key: keyMember, value: valueMember } = shape;
    const entries = Object.entries(value as object);
    const keys = entries.map(([key]) =>
      violations(model, keyMember.shape, key, `${at}.${key}.key`),
    );
    const values = entries.map(([key, part]) =>
      violations(model, valueMember.shape, part, `${at}.${key}.value`),
    );
    return [...keys, ...values].flat();
  }
  return shape.type === "structure"
    ? memberViolations(model, shape, value as Record<string, unknown>, at)
    : [];
}

function memberViolations(
  model: ApiModel,
  shape: Shape,
  value: Record<string, unknown>,
  at: string,
): string[] {
  const place = (member: string) => {
    const name = member.charAt(0).toLowerCase() + member.slice(1);
    return at === "" ? name : `${at}.${name}`;
  };
  const absent = (shape.required ?? []).filter((member) => (value[member] ?? null) === null);
  return [
    ...absent.map((member) => say(null, place(member), "Member must not be null")),
    ...Object.entries(value).flatMap(([name, part]) => {
      if (part === null || part === undefined) return [];
      const member = shape.members?.[name];
      if (member === undefined) return [say(part, place(name), "Member is not known to the API")];
      return violations(model, member.shape, part, place(name));
    }),
  ];
}
