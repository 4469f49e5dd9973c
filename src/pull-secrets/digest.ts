import { createHash } from "node:crypto";

/** A short, stable digest of plain data; never fed with a token. */
export function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** Where a name falls in [0, 1): spreads work that would otherwise come all at once. */
export function spread(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) / 2 ** 32;
}
