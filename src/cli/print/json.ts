import type { Terminal } from "../terminal/terminal.ts";

/** An array, written item by item: of ten thousand clusters, no string would hold it all. */
export function printJsonArray(items: readonly unknown[], { print }: Terminal): void {
  if (items.length === 0) {
    print("[]");
    return;
  }
  for (const [index, item] of items.entries()) {
    const start = index === 0 ? "[\n" : "";
    const end = index === items.length - 1 ? "\n]" : ",";
    const text = renderJson(item).replace(/^/gm, "  ");
    print(start + text + end);
  }
}

export function renderJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
