import { element } from "./element.ts";
import type { Outcome } from "./outcome.ts";

const titles = {
  unsure: "Not sure enough",
  stranger: "No known vehicle",
  refused: "No picture to go by",
  failed: "No answer",
};

/** What the API answered, to be read at a glance and across a yard. */
export function answerView(outcome: Outcome, threshold: number): HTMLElement {
  const view = (title: string, ...parts: readonly HTMLElement[]) =>
    element("div", `verdict ${outcome.kind}`, element("p", "title", title), ...parts);
  switch (outcome.kind) {
    case "routed": {
      const { vehicle, confidence, bay, orders } = outcome;
      const facts = [fact("bay", "Bay", bay), fact("orders", "Orders", orders)];
      return view(
        capitalised(vehicle),
        element("dl", "route", ...facts),
        confidenceView(confidence, threshold),
      );
    }
    case "unsure":
      return view(
        titles.unsure,
        element("p", "", `It looks like: ${outcome.vehicle}.`),
        confidenceView(outcome.confidence, threshold),
        soft("Nobody is routed on a guess: let a person look, or take another photo."),
      );
    case "stranger":
      return view(
        titles.stranger,
        element(
          "p",
          "reason",
          "It looks like something else than a vehicle that is expected here.",
        ),
        soft("Nobody is routed by it: let a person look, or take another photo."),
      );
    default:
      return view(
        titles[outcome.kind],
        element("p", "reason", sentence(outcome.message)),
        soft(outcome.kind === "refused" ? "Take or choose another photo." : "Try again."),
      );
  }
}

/** In a word, for the history. */
export function summaryOf(outcome: Outcome): string {
  if (outcome.kind !== "routed") return titles[outcome.kind];
  return `${capitalised(outcome.vehicle)}, bay ${outcome.bay}`;
}

function soft(text: string): HTMLElement {
  return element("p", "soft", text);
}

function fact(className: string, name: string, value: string): HTMLElement {
  return element("div", className, element("dt", "", name), element("dd", "", value));
}

function confidenceView(confidence: number, threshold: number): HTMLElement {
  const bar = element("div", "bar", element("span", "fill"), element("span", "threshold"));
  bar.setAttribute("aria-hidden", "true");
  bar.style.setProperty("--confidence", String(confidence));
  bar.style.setProperty("--threshold", String(threshold));
  const share = element("strong", "", percent(confidence));
  const words = element("p", "confidence", share, ` sure; ${percent(threshold)} is needed`);
  return element("div", "", words, bar);
}

/** Rounded down, so that nothing below the threshold reads as if it had reached it. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)}%`;
}

function sentence(text: string): string {
  return `${capitalised(text)}${text.endsWith(".") ? "" : "."}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
