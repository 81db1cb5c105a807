import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** A member of a structure: its shape, and where it travels when not in the body. */
interface Member {
  readonly shape: string;
  readonly location?: "uri" | "header";
  readonly locationName?: string;
}

/** A shape of an API model, as botocore writes it. */
export interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Member>>;
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly error?: { readonly httpStatusCode?: number };
}

interface Operation {
  readonly name: string;
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string };
}

/** One service's API model: AWS's own description of its operations and shapes. */
export interface ApiModel {
  readonly metadata: { readonly targetPrefix?: string };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/**
 * Reads a service's newest API model from botocore's `data` folder
 * (`<folder>/<service>/<date>/service-2.json.gz`).
 */
export async function loadApiModel(folder: string, service: string): Promise<ApiModel> {
  const versions = await readdir(path.join(folder, service));
  const newest = versions.toSorted().at(-1);
  if (newest === undefined) throw new Error(`${path.join(folder, service)} holds no API model.`);
  const packed = await readFile(path.join(folder, service, newest, "service-2.json.gz"));
  return JSON.parse((await promisify(gunzip)(packed)).toString()) as ApiModel;
}

/** The shape of that name. */
export function shapeOf(model: ApiModel, name: string): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The API model has no shape ${name}.`);
  return shape;
}

/** A value with its timestamps, epoch seconds on the wire, as dates. */
export function decode(model: ApiModel, name: string, value: unknown): unknown {
  const shape = shapeOf(model, name);
  if (shape.type === "timestamp" && typeof value === "number") return new Date(value * 1000);
  if (shape.type === "list" && Array.isArray(value) && shape.member) {
    const { shape: member } = shape.member;
    return value.map((part) => decode(model, member, part));
  }
  if (shape.type === "structure" && value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, part]) => part !== null)
        .map(([key, part]) => {
          const member = shape.members?.[key];
          return [key, member === undefined ? part : decode(model, member.shape, part)];
        }),
    );
  }
  return value;
}
