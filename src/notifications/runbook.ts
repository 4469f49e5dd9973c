/** Where those read on who are told something. */

export const runbookFile = "docs/operations.md";

/** Its sections: each alarm and each notice sends its reader to one. */
export const runbookAnchors = [
  "failing",
  "mass-failure",
  "expiry",
  "session-expiry",
  "dispatch-silent",
  "dead-letters",
  "errors",
  "throttles",
  "credential",
] as const;

export type RunbookAnchor = (typeof runbookAnchors)[number];

export function runbookSection(anchor: RunbookAnchor): string {
  return `${runbookFile}#${anchor}`;
}
