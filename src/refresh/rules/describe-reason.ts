/** Why a secret is written, in words. One wording for plan, report and log. */
import type { SecretLine } from "../report/report.ts";
import { describeDrift } from "./drift.ts";
import type { RegistryDue } from "./due.ts";
import type { SecretWrite, WriteReason } from "./secret-write.ts";

export type Change = "create" | "renew" | "adopt" | "restore";

export function changeOf({ reason, existing }: SecretWrite): Change {
  if (!existing) {
    return "create";
  }
  switch (reason.why) {
    case "adopted":
      return "adopt";
    case "field-taken":
      return "restore";
    default:
      return "renew";
  }
}

const results = {
  create: "created",
  renew: "renewed",
  adopt: "adopted",
  restore: "restored",
} as const satisfies Record<Change, string>;

/**
 * How a secret fares that was written.
 * @param lapsed keys of registries whose entry was taken out of it
 * @param stamps of what it holds now, by registry key
 */
export function describeOutcome(
  write: SecretWrite,
  { lapsed, stamps }: Written,
): Pick<SecretLine, "result" | "reason" | "without"> {
  if (lapsed.length > 0) {
    return { result: "failed", reason: lapsed.map(describeLapse).join("; ") };
  }
  const result = results[changeOf(write)];
  const reason = describeReason(write.reason);
  const without = write.secret.registries.map(({ key }) => key).filter((key) => !stamps.has(key));
  return without.length === 0
    ? { result, reason }
    : { result, reason: `${reason}; without ${without.join(", ")}`, without };
}

interface Written {
  readonly lapsed: readonly string[];
  readonly stamps: ReadonlyMap<string, unknown>;
}

export function describeReason(reason: WriteReason): string {
  switch (reason.why) {
    case "missing":
      return "missing";
    case "adopted":
      return "taken over, as the config says";
    case "trial-taken-over":
      return "left by a local trial";
    case "field-taken":
      return describeDrift(reason.drift);
    case "shape-changed":
      return "the config asks for other registries or hosts";
    case "registry-due":
      return `${reason.registry} ${describeDue(reason.due)}`;
  }
}

export const noCredential = "no credential could be had";

/** How a secret fares that wasn't written for want of credentials. */
export function describeKept({ reason }: SecretWrite): string {
  return reason.why === "adopted"
    ? "somebody else's, and left as it is until every registry gives a credential"
    : noCredential;
}

function describeLapse(registry: string): string {
  return `${registry} has expired and can't be renewed: its entry was removed, pulls go on without a login`;
}

function describeDue(due: RegistryDue): string {
  switch (due.why) {
    case "absent":
      return "has no credential yet";
    case "source-changed":
      return "has another source or version now";
    case "expired":
      return "has expired";
    case "half-life":
      return "is at half of its life";
    case "implausible":
      return "was stamped in the future";
    case "awaited":
      return "is renewed for a workload that has to roll";
  }
}
