/**
 * What we note on each Secret, so that the next sweep can judge it without reading its data.
 * Anybody in the cluster can edit annotations: what doesn't parse reads as absent, and an absent
 * stamp only makes a secret due.
 */
import { formatTime, isWritable } from "../times.ts";
import { type NamedAccounts, readNamedAccounts, writeNamedAccounts } from "./named-accounts.ts";
import { annotations } from "./names.ts";

/** When the credential for one registry was issued, and where it came from. */
export interface RegistryStamp {
  readonly issued: Date;
  /** Null: it doesn't expire. */
  readonly expires: Date | null;
  readonly source: string;
}

/** Somebody keeps taking our fields: who, and how often in a row we have taken them back. */
export interface Contention {
  readonly manager: string;
  readonly rewrites: number;
}

export interface Stamps {
  readonly owner: string;
  readonly refreshedAt: Date;
  readonly shape: string;
  readonly registries: ReadonlyMap<string, RegistryStamp>;
  /** Whom the config asked to link, so that a name that it drops can be unlinked; undefined: none. */
  readonly serviceAccounts: NamedAccounts | undefined;
  readonly contention: Contention | undefined;
}

export type ReadStamps = Omit<Stamps, "owner" | "refreshedAt" | "shape"> & {
  readonly owner: string | undefined;
  readonly refreshedAt: Date | undefined;
  readonly shape: string | undefined;
};

export function writeStamps(stamps: Stamps): Record<string, string> {
  const expiry = soonestExpiry(stamps.registries.values());
  return {
    [annotations.owner]: stamps.owner,
    ...(expiry && { [annotations.expiresAt]: formatTime(expiry) }),
    [annotations.refreshedAt]: formatTime(stamps.refreshedAt),
    [annotations.registries]: JSON.stringify(registriesAsJson(stamps.registries)),
    [annotations.shape]: stamps.shape,
    ...writeNamedAccounts(stamps.serviceAccounts),
    ...(stamps.contention && { [annotations.contention]: JSON.stringify(stamps.contention) }),
  };
}

export function readStamps(written: Readonly<Record<string, string>>): ReadStamps {
  return {
    owner: written[annotations.owner],
    refreshedAt: parseTime(written[annotations.refreshedAt]),
    shape: written[annotations.shape],
    registries: readRegistries(parseObject(written[annotations.registries])),
    serviceAccounts: readNamedAccounts(written[annotations.serviceAccounts]),
    contention: readContention(written[annotations.contention]),
  };
}

/** The earliest expiry; undefined if none expires. */
export function soonestExpiry(
  stamps: Iterable<{ readonly expires: Date | null }>,
): Date | undefined {
  let soonest: Date | undefined;
  for (const { expires } of stamps) {
    if (expires && (!soonest || expires < soonest)) {
      soonest = expires;
    }
  }
  return soonest;
}

/** As plain JSON, by registry key. */
export function registriesAsJson(registries: Stamps["registries"]): Record<string, unknown> {
  const entries = [...registries].map(([key, stamp]) => {
    const expires = stamp.expires && formatTime(stamp.expires);
    return [key, { issued: formatTime(stamp.issued), expires, source: stamp.source }] as const;
  });
  return Object.fromEntries(entries);
}

/** What isn't a whole stamp is left out. */
export function readRegistries(json: unknown): ReadonlyMap<string, RegistryStamp> {
  const stamps = new Map<string, RegistryStamp>();
  for (const [key, value] of Object.entries(isObject(json) ? json : {})) {
    const stamp = readRegistryStamp(value);
    if (stamp) {
      stamps.set(key, stamp);
    }
  }
  return stamps;
}

function readRegistryStamp(value: unknown): RegistryStamp | undefined {
  if (!isObject(value) || typeof value["source"] !== "string") {
    return undefined;
  }
  const issued = parseTime(value["issued"]);
  const expires = value["expires"] === null ? null : parseTime(value["expires"]);
  if (!issued || expires === undefined) {
    return undefined;
  }
  return { issued, expires, source: value["source"] };
}

function readContention(text: string | undefined): Contention | undefined {
  const { manager, rewrites } = parseObject(text);
  const credible = typeof manager === "string" && Number.isSafeInteger(rewrites);
  return credible ? { manager, rewrites: Number(rewrites) } : undefined;
}

export function parseObject(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isObject(value) ? value : {};
  } catch {
    return {}; // edited by hand: reads as absent, which makes the secret due
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseTime(value: unknown): Date | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T/.test(value)) {
    return undefined;
  }
  const time = new Date(value);
  return isWritable(time) ? time : undefined;
}
