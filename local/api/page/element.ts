/** An element with a class, and in it texts and other elements; nothing is read as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

/** The page's own element of that id. @throws Error where the page has none. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** A photo, or a sign in its place where the browser can't show it. */
export function photoElement(url: string, alt: string): HTMLImageElement {
  const image = element("img", "");
  image.alt = alt;
  image.addEventListener("error", () => (image.src = "/no-picture.svg"), { once: true });
  image.src = url;
  return image;
}
