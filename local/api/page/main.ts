import { answerView } from "./answer.ts";
import { byId, element, photoElement } from "./element.ts";
import { type Classified, remember } from "./history.ts";
import { classify } from "./outcome.ts";

interface Settings {
  readonly threshold: number;
  readonly maxBytes: number;
  /** What the test pictures show, by their number. */
  readonly samples: readonly string[];
}

const settings = (await (await fetch("/settings")).json()) as Settings;
const drop = byId("drop");
/** Photos are sent one after the other, as drivers arrive. */
let queue = Promise.resolve();

for (const id of ["pick", "camera"]) {
  const input = byId(id) as HTMLInputElement;
  input.addEventListener("change", () => {
    take(input.files);
    input.value = ""; // so that the same photo can be chosen again
  });
}
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
// A photo that misses the place is not opened in its stead.
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  take(event.dataTransfer?.files);
});
document.addEventListener("paste", (event) => take(event.clipboardData?.files));

byId("samples").hidden = settings.samples.length === 0;
byId("sample-list").append(...settings.samples.map(sampleButton));

function sampleButton(label: string, index: number): HTMLElement {
  const path = `/samples/${index}`;
  const image = element("img", "");
  image.src = path;
  image.alt = `Test picture ${index + 1}, a ${label}`;
  const button = element("button", "sample", image);
  button.type = "button";
  button.addEventListener("click", () => {
    void fetch(path)
      .then((response) => response.blob())
      .then((picture) => enqueue(picture, `Test picture ${index + 1}`));
  });
  return element("li", "", button);
}

function take(files: FileList | null | undefined): void {
  for (const file of files ?? []) enqueue(file, file.name);
}

function enqueue(picture: Blob, name: string): void {
  queue = queue.then(() => send(picture, name));
}

async function send(picture: Blob, name: string): Promise<void> {
  const url = URL.createObjectURL(picture);
  showPhoto(url, name);
  byId("result").scrollIntoView({ block: "nearest" });
  const answer = byId("answer");
  answer.setAttribute("aria-busy", "true");
  answer.replaceChildren(element("p", "title waiting", "Looking…"));
  const outcome = await classify(picture, settings.maxBytes);
  answer.removeAttribute("aria-busy");
  const classified = { name, url, outcome };
  show(classified);
  remember(classified, show);
}

function show({ url, name, outcome }: Classified): void {
  showPhoto(url, name);
  byId("answer").replaceChildren(answerView(outcome, settings.threshold));
}

function showPhoto(url: string, name: string): void {
  byId("result").hidden = false;
  byId("photo").replaceChildren(photoElement(url, `The photo ${name}`));
}
