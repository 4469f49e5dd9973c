/** What a sweep did, noted as it happens: the report is made of it. */
import { type ClusterError, MintError } from "../errors.ts";
import { soonestExpiry } from "../pull-secrets/stamps.ts";
import {
  type Cause,
  clusterCause,
  createFailureLog,
  mintCause,
  stopCauses,
} from "./failure-log.ts";
import type { LinkOutcome } from "./link-account.ts";
import type { Plan } from "./plan.ts";
import type { StopReason } from "./ports.ts";
import type { Failure, LinkLine, SecretLine } from "./report.ts";
import type { MintedCredentials } from "./rules/choose-contents.ts";
import { describeReason, resultOf } from "./rules/describe-reason.ts";
import type { Finding, Notice } from "./rules/findings.ts";
import type { SecretWrite } from "./rules/judge-secret.ts";
import type { AccountLink } from "./rules/link-accounts.ts";
import type { SecretDeletion } from "./rules/orphans.ts";
import type { WriteOutcome } from "./write-secret.ts";

/** A piece of work that failed or wasn't begun; `write` if it was about a secret. */
export interface Undone {
  readonly pullSecret: string;
  readonly namespace: string | undefined;
  readonly write?: SecretWrite;
}

/** Holds state on purpose: it is written to from a hundred requests in flight. */
export class Ledger {
  readonly #secrets = new Map<string, SecretLine>();
  readonly #failures = createFailureLog();
  readonly links: LinkLine[] = [];
  /** Added to by who makes them. */
  readonly deletions: SecretDeletion[] = [];
  readonly notices: Notice[] = [];
  mintedCount = 0;

  get secrets(): readonly SecretLine[] {
    return [...this.#secrets.values()];
  }

  get failures(): readonly Failure[] {
    return this.#failures.list();
  }

  planned(plan: Plan): void {
    for (const { namespace, pullSecret, stamps } of plan.current) {
      const expires = soonestExpiry(stamps.registries.values());
      this.#note({ namespace, pullSecret, result: "current", reason: "up to date" }, expires);
    }
    for (const finding of plan.findings) {
      this.#found(finding);
    }
    for (const { error, ...task } of plan.refusals) {
      this.failed(task, error);
    }
  }

  minted(minted: MintedCredentials, writes: readonly SecretWrite[]): void {
    this.mintedCount = [...minted.values()].filter((each) => !(each instanceof MintError)).length;
    for (const { secret, namespace } of writes) {
      for (const { key: registry, source } of secret.registries) {
        const error = minted.get(source);
        if (error instanceof MintError) {
          this.#failures.add({ pullSecret: secret.name, namespace, registry }, mintCause(error));
        }
      }
    }
  }

  wrote(write: SecretWrite, outcome: WriteOutcome): void {
    const place = { namespace: write.namespace, pullSecret: write.secret.name };
    switch (outcome.result) {
      case "written": {
        const result = resultOf(outcome.write);
        const reason = describeReason(outcome.write.reason);
        this.#note({ ...place, result, reason }, outcome.expires);
        break;
      }
      case "current":
        this.#note({ ...place, result: "current", reason: "up to date" }, outcome.expires);
        break;
      case "kept":
        this.#keep(write, "no credential could be had");
        break;
      case "found":
        this.#found(outcome.finding);
    }
  }

  linked({ account, pullSecret }: AccountLink, outcome: LinkOutcome): void {
    if (outcome === "linked") {
      const { namespace, name: serviceAccount } = account;
      this.links.push({ namespace, serviceAccount, pullSecret });
    }
  }

  failed(task: Undone, error: ClusterError): void {
    this.#undone(task, clusterCause(error));
  }

  notStarted(task: Undone, stop: StopReason): void {
    this.#undone(task, stopCauses[stop]);
  }

  /** The cluster as a whole couldn't be read. */
  broke(cause: Cause): void {
    this.#failures.add({}, cause);
  }

  /** Whether a secret of ours is in a namespace now, fresh or not. */
  holds(pullSecret: string, namespace: string): boolean {
    const line = this.#secrets.get(placeKey({ pullSecret, namespace }));
    return line !== undefined && (line.result !== "failed" || line.expiresAt !== null);
  }

  #note(line: Omit<SecretLine, "expiresAt">, expires: Date | undefined): void {
    this.#secrets.set(placeKey(line), { ...line, expiresAt: expires?.toISOString() ?? null });
  }

  /** The secret is as it was: if there is one, its old credential still counts. */
  #keep({ namespace, secret, existing }: SecretWrite, reason: string): void {
    const expires = soonestExpiry(existing?.stamps.registries.values() ?? []);
    this.#note({ namespace, pullSecret: secret.name, result: "failed", reason }, expires);
  }

  #found(finding: Finding): void {
    if (finding.severity === "notice") {
      this.notices.push(finding);
      return;
    }
    const { namespace, pullSecret, message } = finding;
    this.#failures.add(finding, finding);
    this.#note({ namespace, pullSecret, result: "failed", reason: message }, undefined);
  }

  #undone(task: Undone, cause: Cause): void {
    this.#failures.add(task, cause);
    if (task.write) {
      this.#keep(task.write, cause.message);
    }
  }
}

function placeKey({ namespace, pullSecret }: { namespace: string; pullSecret: string }): string {
  return `${namespace}/${pullSecret}`;
}
