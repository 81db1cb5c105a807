import sharp from "sharp";
import { encodePng } from "./png.ts";
import { random } from "./random.ts";

export type Vehicle = "bicycle" | "motorcycle";

const side = 32;
/**
 * How much motor there is in a vehicle, from 0, a racing bicycle, to 1, a heavy motorcycle: mean
 * and standard deviation. Between the two are mopeds and electric bicycles, which overlap.
 */
const weight = { bicycle: [0.2, 0.11], motorcycle: [0.8, 0.11] } as const;

/** A drawn vehicle before its rendering; the same for the same seed. */
export interface Drawing {
  readonly svg: string;
  /** Of the grain that is laid over the rendered pixels. */
  readonly grainSeed: number;
  /** Standard deviation of the grain, in steps of 0 to 255. */
  readonly grain: number;
}

/** Draws a vehicle of 32 x 32 pixels in some street, side view, facing either way. */
export function draw(vehicle: Vehicle, seed: number): Drawing {
  const [mean, deviation] = weight[vehicle];
  return drawScene(seed, (between, next) => {
    const heavy = Math.min(Math.max(mean + deviation * gaussian(next), 0), 1);
    return () => body(heavy, between);
  });
}

/** Draws something around the origin in some street, turned a little and facing either way. */
export function drawScene(
  seed: number,
  prepare: (between: Between, next: () => number) => () => string,
): Drawing {
  const next = random(seed);
  const between = (low: number, high: number) => low + (high - low) * next();
  const subject = prepare(between, next);
  const flip = next() < 0.5 ? -1 : 1;
  const scale = between(0.75, 1.15);
  const place =
    `translate(${round(32 + between(-4, 4))} ${round(36 + between(-4, 4))}) ` +
    `rotate(${round(between(-8, 8))}) scale(${round(flip * scale)} ${round(scale)})`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 64 64">` +
    `${street(between)}<g transform="${place}" fill="none" stroke-linecap="round">` +
    `${subject()}</g></svg>`;
  return { svg, grainSeed: Math.floor(next() * 2 ** 32), grain: between(3, 12) };
}

/** Renders a drawing to a PNG. */
export async function render({ svg, grainSeed, grain }: Drawing): Promise<Buffer> {
  const pixels = await sharp(Buffer.from(svg)).flatten().raw().toBuffer();
  const next = random(grainSeed);
  const rgb = Uint8ClampedArray.from(pixels, (value) => value + grain * gaussian(next));
  return encodePng(new Uint8Array(rgb.buffer), side, side);
}

/** A number between two, drawn by lot. */
export type Between = (low: number, high: number) => number;

function street(between: Between): string {
  const ground = round(between(40, 56));
  const blocks = Array.from({ length: Math.floor(between(0, 5)) }, () => {
    const [x, y] = [round(between(-8, 60)), round(between(-4, 40))];
    const [width, height] = [round(between(4, 26)), round(between(4, 40))];
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${muted(between)}"/>`;
  });
  return (
    `<rect width="64" height="64" fill="${muted(between)}"/>${blocks.join("")}` +
    `<rect y="${ground}" width="64" height="30" fill="${muted(between)}"/>`
  );
}

/** The vehicle around the origin, front to the right, wheels on about y = 10. */
function body(heavy: number, between: Between): string {
  const mix = (light: number, weighty: number) =>
    round(light + (weighty - light) * Math.min(Math.max(heavy + between(-0.12, 0.12), 0), 1));
  const paint = `hsl(${round(between(0, 360))} ${round(between(40, 95))}% ${round(between(25, 60))}%)`;
  const dark = `hsl(0 0% ${round(between(4, 22))}%)`;
  const metal = `hsl(210 8% ${round(between(45, 75))}%)`;
  const reach = mix(14, 17);
  const radius = mix(11.5, 9);
  const wheels = [-reach, reach].map(
    (x) =>
      `<circle cx="${x}" cy="10" r="${radius}" stroke="${dark}" stroke-width="${mix(1.4, 5)}"/>` +
      `<circle cx="${x}" cy="10" r="${mix(1, 3.5)}" fill="${metal}"/>`,
  );
  const frame =
    `<path d="M${-reach} 10 L-5 -6 L8 -7 L-1 10 Z M-1 10 L-5 -6 M${reach} 10 L8 -9" ` +
    `stroke="${paint}" stroke-width="${mix(1.8, 3.2)}"/>`;
  const engine = `<ellipse cx="0" cy="7" rx="${mix(1.5, 9)}" ry="${mix(1.5, 7)}" fill="${metal}"/>`;
  const tank = `<ellipse cx="3" cy="-4" rx="${mix(1, 9)}" ry="${mix(0.8, 5)}" fill="${paint}"/>`;
  const seat = `<path d="M${mix(-8, -18)} -9 L-3 -9" stroke="${dark}" stroke-width="${mix(2.4, 5)}"/>`;
  const bar =
    `<path d="M8 -9 L${mix(9, 6)} ${mix(-13, -15)} L${mix(12, 4)} ${mix(-13, -16)}" ` +
    `stroke="${dark}" stroke-width="${mix(1.5, 2.4)}"/>`;
  const lamp = `<circle cx="12" cy="-8" r="${mix(0.4, 3.6)}" fill="hsl(48 80% 80%)"/>`;
  const exhaust = `<path d="M-2 13 L${mix(-4, -22)} 12" stroke="${metal}" stroke-width="${mix(0.8, 3.6)}"/>`;
  const box =
    between(0, 1) < 0.3 ? `<rect x="-20" y="-20" width="11" height="10" fill="${paint}"/>` : "";
  return [...wheels, exhaust, frame, engine, tank, seat, bar, lamp, box].join("");
}

/** A colour of walls and roads. */
export function muted(between: Between): string {
  return `hsl(${round(between(0, 360))} ${round(between(0, 35))}% ${round(between(25, 90))}%)`;
}

/** To hundredths, which keeps a drawing short. */
export const round = (value: number): number => Math.round(value * 100) / 100;

/** A normally distributed number (Box and Muller). */
function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
