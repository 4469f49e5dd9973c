/**
 * What we note on a workload's pod template: the content of each of its pull secrets that its pods
 * were started for, by our stamps. Anybody who may roll the workload can edit it: what doesn't
 * parse reads as absent, and an absent note only makes it roll.
 */
import { formatTime } from "../times.ts";
import { parseObject, type RegistryStamp, readRegistries, registriesAsJson } from "./stamps.ts";

/** What a secret holds, without any of it. */
export interface SecretContent {
  /** Digest of hosts, type and keys. */
  readonly shape: string;
  readonly registries: ReadonlyMap<string, RegistryStamp>;
}

/** By the secret's name. */
export type StartedWith = ReadonlyMap<string, SecretContent>;

export function writeRestartedFor(startedWith: StartedWith): string {
  const entries = [...startedWith].map(([name, { shape, registries }]) => {
    return [name, { shape, registries: registriesAsJson(registries) }] as const;
  });
  return JSON.stringify(Object.fromEntries(entries));
}

export function readRestartedFor(text: string | undefined): StartedWith {
  const contents = new Map<string, SecretContent>();
  for (const [name, entry] of Object.entries(parseObject(text))) {
    const { shape, registries } = asObject(entry);
    if (typeof shape === "string") {
      contents.set(name, { shape, registries: readRegistries(registries) });
    }
  }
  return contents;
}

/** Whether both stamps are of one minting: times are noted in whole seconds. */
export function isSameMinting(one: RegistryStamp, other: RegistryStamp): boolean {
  return formatTime(one.issued) === formatTime(other.issued);
}

function asObject(value: unknown): { readonly shape?: unknown; readonly registries?: unknown } {
  return typeof value === "object" && value !== null ? value : {};
}
