/** Which registries of a pull secret need a new credential, and why. Pure. */
import { spread } from "../../pull-secrets/digest.ts";
import type { RegistryStamp } from "../../pull-secrets/stamps.ts";
import type { Registry } from "../registries.ts";

export type RegistryDue =
  | { readonly why: "absent" }
  | { readonly why: "source-changed" }
  | { readonly why: "expired"; readonly expires: Date }
  | { readonly why: "half-life"; readonly expires: Date }
  /** Issued in the future: a clock or an annotation that can't be trusted. */
  | { readonly why: "implausible" };

/** Clocks of a laptop and of Lambda may differ; beyond this, a stamp isn't credible. */
const clockToleranceMs = 5 * 60_000;

const earliestDue = 0.45;
const latestDue = 0.5;

/**
 * The share of a credential's life after which this cluster renews it. It differs by cluster, so
 * that thousands of them, deployed at once, don't mint at the same minute ever after.
 */
export function dueFraction(cluster: string): number {
  return earliestDue + (latestDue - earliestDue) * spread(cluster);
}

export function registryDue(
  registry: Registry,
  stamp: RegistryStamp | undefined,
  at: { readonly cluster: string; readonly now: Date },
): RegistryDue | undefined {
  if (!stamp) {
    return { why: "absent" };
  }
  if (stamp.source !== registry.source) {
    return { why: "source-changed" };
  }
  if (stamp.issued.getTime() > at.now.getTime() + clockToleranceMs) {
    return { why: "implausible" };
  }
  return stamp.expires === null ? undefined : dueByTime(stamp.issued, stamp.expires, at);
}

function dueByTime(
  issued: Date,
  expires: Date,
  at: { readonly cluster: string; readonly now: Date },
): RegistryDue | undefined {
  if (expires <= at.now) {
    return { why: "expired", expires };
  }
  const lifeMs = expires.getTime() - issued.getTime();
  const dueAtMs = issued.getTime() + dueFraction(at.cluster) * lifeMs;
  return at.now.getTime() >= dueAtMs ? { why: "half-life", expires } : undefined;
}
