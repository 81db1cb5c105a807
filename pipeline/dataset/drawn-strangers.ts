import { type Between, type Drawing, drawScene, muted, render, round } from "./drawing.ts";
import { random } from "./random.ts";

/** Draws what is neither a bicycle nor a motorcycle in the same streets: 32 x 32, the same for the same seed. */
export function drawStranger(seed: number): Drawing {
  return drawScene(seed, (between) => () => {
    const subject = subjects[Math.floor(between(0, subjects.length))];
    return subject?.(between) ?? "";
  });
}

/** PNGs of houses, trees, animals and the like, in the style of the drawn vehicles. */
export async function drawnStrangers(count: number, seed: number): Promise<Buffer[]> {
  const next = random(seed);
  return await Promise.all(
    Array.from({ length: count }, () => render(drawStranger(Math.floor(next() * 2 ** 32)))),
  );
}

/** Around the origin, the ground at about y = 20. A car and a trolley have wheels too; a street can be empty. */
const subjects: readonly ((between: Between) => string)[] = [
  tree,
  house,
  animal,
  person,
  car,
  flower,
  trolley,
  () => "",
];

function tree(between: Between): string {
  const green = hue(between, 70, 150, 25, 45);
  const crowns = Array.from({ length: 3 }, () =>
    circle(between(-9, 9), between(-22, -4), between(6, 12), green),
  );
  return box([-2, -4, between(3, 5), 24], hue(between, 15, 40, 15, 35)) + crowns.join("");
}

function house(between: Between): string {
  const [width, height] = [between(20, 36), between(14, 24)];
  const roof = `<path d="M${round(-width / 2 - 3)} ${round(18 - height)} L0 ${round(2 - height)} L${round(width / 2 + 3)} ${round(18 - height)} Z" fill="${hue(between, 0, 40, 25, 50)}"/>`;
  const window = hue(between, 180, 240, 50, 85);
  return (
    box([-width / 2, 18 - height, width, height], muted(between)) +
    roof +
    box([-width / 3, 22 - height, 5, 5], window) +
    box([width / 6, 22 - height, 5, 5], window) +
    box([-2.5, 9, 5, 9], hue(between, 0, 60, 10, 30))
  );
}

/** A body on four legs with a head and a tail. */
function animal(between: Between): string {
  const coat = hue(between, 10, 50, 10, 85);
  const [long, thick] = [between(10, 17), between(5, 9)];
  const legs = [-0.8, -0.5, 0.5, 0.8].map((at) =>
    line([long * at, 0, long * at + between(-2, 2), 19], coat, between(2, 4)),
  );
  const [x, y] = [long + between(1, 5), between(-16, 0)];
  return (
    legs.join("") +
    ellipse([0, 2, long, thick], coat) +
    line([long * 0.8, 0, x, y], coat, thick * 0.8) +
    ellipse([x, y, between(4, 7), between(3, 5)], coat) +
    line([-long, 0, -long - between(2, 8), between(-8, 12)], coat, 1.5)
  );
}

function person(between: Between): string {
  const skin = hue(between, 15, 40, 30, 80);
  const [coat, trousers] = [hue(between, 0, 360, 20, 70), hue(between, 0, 360, 10, 50)];
  const stride = between(2, 7);
  return (
    line([0, 4, -stride, 20], trousers, 4) +
    line([0, 4, stride, 20], trousers, 4) +
    line([0, -10, between(-10, -4), between(-4, 6)], coat, 3) +
    line([0, -10, between(4, 10), between(-4, 6)], coat, 3) +
    line([0, -10, 0, 4], coat, between(7, 11)) +
    circle(0, -17, between(3.5, 5), skin)
  );
}

/** From the side, its two wheels half hidden by the body. */
function car(between: Between): string {
  const paint = hue(between, 0, 360, 20, 75);
  const wheel = hue(between, 0, 360, 5, 18);
  const [long, high] = [between(20, 27), between(7, 12)];
  const cabin = `<path d="M${round(-long * 0.7)} 4 L${round(-long * 0.4)} ${round(4 - high)} L${round(long * 0.3)} ${round(4 - high)} L${round(long * 0.6)} 4 Z" fill="${paint}"/>`;
  return (
    cabin +
    box([-long * 0.35, 6 - high, long * 0.6, high * 0.5], hue(between, 180, 230, 50, 85)) +
    box([-long, 3, 2 * long, between(9, 12)], paint) +
    circle(-long * 0.6, 15, 5, wheel) +
    circle(long * 0.6, 15, 5, wheel)
  );
}

function flower(between: Between): string {
  const petal = hue(between, 0, 360, 40, 75);
  const far = between(5, 9);
  const petals = Array.from({ length: 6 }, (_, at) => {
    const angle = (at * Math.PI) / 3;
    return circle(far * Math.cos(angle), far * Math.sin(angle) - 8, between(4, 6), petal);
  });
  return (
    line([0, -6, 0, 22], hue(between, 90, 140, 20, 40), 2.5) +
    petals.join("") +
    circle(0, -8, 4, hue(between, 40, 60, 45, 65))
  );
}

/** A box on two small wheels with a bar to push it by. */
function trolley(between: Between): string {
  const [width, height] = [between(12, 20), between(10, 18)];
  const metal = hue(between, 190, 230, 35, 70);
  return (
    box([-width / 2, 14 - height, width, height], muted(between)) +
    line([-width / 2, 14 - height, -width / 2 - 6, 6 - height], metal, 2) +
    circle(-width / 3, 17, 3, hue(between, 0, 360, 5, 20)) +
    circle(width / 3, 17, 3, hue(between, 0, 360, 5, 20))
  );
}

function hue(between: Between, from: number, to: number, dark: number, light: number): string {
  return `hsl(${round(between(from, to))} ${round(between(20, 80))}% ${round(between(dark, light))}%)`;
}

function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}"/>`;
}

type Four = readonly [number, number, number, number];

function ellipse(at: Four, fill: string): string {
  const [x, y, wide, high] = at.map(round);
  return `<ellipse cx="${x}" cy="${y}" rx="${wide}" ry="${high}" fill="${fill}"/>`;
}

function box(at: Four, fill: string): string {
  const [x, y, width, height] = at.map(round);
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`;
}

function line(at: Four, stroke: string, width: number): string {
  const [x1, y1, x2, y2] = at.map(round);
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}" stroke-width="${round(width)}"/>`;
}
