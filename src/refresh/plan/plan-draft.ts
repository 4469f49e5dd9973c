/** A plan in the making: each rule adds to it what it decides. */
import type { ReadStamps } from "../../pull-secrets/stamps.ts";
import type { RefusedList } from "../observe/lists-by-place.ts";
import type { Finding } from "../rules/findings.ts";
import type { Judge } from "../rules/judge-secret.ts";
import type { AccountLink } from "../rules/link-accounts.ts";
import type { SecretDeletion } from "../rules/orphans.ts";
import type { Restart } from "../rules/restarts.ts";
import type { SecretWrite } from "../rules/secret-write.ts";

export interface CurrentSecret {
  readonly pullSecret: string;
  readonly namespace: string;
  readonly stamps: ReadStamps;
}

export interface Refusal extends RefusedList {
  readonly pullSecret: string;
}

export type Draft = ReturnType<typeof newDraft>;

export interface Planning {
  readonly judge: Judge;
  readonly draft: Draft;
}

export function newDraft() {
  return {
    writes: [] as SecretWrite[],
    links: [] as AccountLink[],
    linked: [] as AccountLink[],
    unlinks: [] as AccountLink[],
    deletions: [] as SecretDeletion[],
    restarts: [] as Restart[],
    findings: [] as Finding[],
    current: [] as CurrentSecret[],
    refusals: [] as Refusal[],
    selected: new Set<string>(),
  };
}
