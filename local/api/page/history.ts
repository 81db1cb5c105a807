import { summaryOf } from "./answer.ts";
import { byId, element, photoElement } from "./element.ts";
import type { Outcome } from "./outcome.ts";

const LENGTH = 12;

export interface Classified {
  readonly name: string;
  /** An object URL of the photo. */
  readonly url: string;
  readonly outcome: Outcome;
}

/** Puts a photo on top of the list of those before; `show` brings it back. */
export function remember(classified: Classified, show: (classified: Classified) => void): void {
  const { name, url, outcome } = classified;
  const list = byId("history-list");
  const button = element(
    "button",
    `entry ${outcome.kind}`,
    photoElement(url, ""),
    element("span", "name", name),
    element("span", "summary", summaryOf(outcome)),
  );
  button.type = "button";
  button.addEventListener("click", () => show(classified));
  const item = element("li", "", button);
  item.dataset["url"] = url;
  list.prepend(item);
  for (const old of [...list.children].slice(LENGTH)) {
    URL.revokeObjectURL((old as HTMLElement).dataset["url"] ?? "");
    old.remove();
  }
  byId("history").hidden = false;
}
