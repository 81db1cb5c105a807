/** A PNG as an address that needs no network. */
export function pngData(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
