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
  | { readonly why: "implausible" }
  /** Pods that hold an older one have to start anew, and are to start with a fresh one. */
  | { readonly why: "awaited" };

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
  if (stamp.source !== registry.source && !isUnresolved(registry)) {
    return { why: "source-changed" };
  }
  return stampDue(stamp, at);
}

/** Whether a credential has to be renewed because of its age alone. */
export function stampDue(
  { issued, expires }: Pick<RegistryStamp, "issued" | "expires">,
  at: { readonly cluster: string; readonly now: Date },
): RegistryDue | undefined {
  if (issued.getTime() > at.now.getTime() + clockToleranceMs) {
    return { why: "implausible" };
  }
  return expires === null ? undefined : dueByTime(issued, expires, at);
}

/** Which version would be written isn't known: what is there stays, and the failure is reported. */
export function isUnresolved(registry: Registry): boolean {
  return registry.type === "static" && registry.unresolved !== undefined;
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
