/** JSON as people write it: in one line what fits into one. */

const maxWidth = 96;

export function asJsonBlock(value: unknown): string {
  return `\`\`\`json\n${render(value, "")}\n\`\`\``;
}

function render(value: unknown, indent: string): string {
  const whole = oneLine(value);
  if (typeof value !== "object" || value === null || fits(whole, indent)) return whole;
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((each) => `${deeper}${render(each, deeper)}`)
    : Object.entries(value).map(([key, each]) => `${deeper}"${key}": ${render(each, deeper)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

const fits = (text: string, indent: string) => indent.length + text.length <= maxWidth;

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, each]) => `"${key}": ${oneLine(each)}`);
  return `{ ${parts.join(", ")} }`;
}
