/** A part of what is told at the end, laid out as Serverless lays out its own. */

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

export function renderSection({ title, lines }: Section): string {
  return [`${title}:`, ...lines].join("\n  ");
}
