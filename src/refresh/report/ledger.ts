/** What a sweep did, noted as it happens: the report is made of it. */
import { type ClusterError, MintError } from "../../errors.ts";
import type { SecretContent } from "../../pull-secrets/restarted-for.ts";
import type { WriteOutcome } from "../apply/write-secret.ts";
import type { Plan } from "../plan/plan.ts";
import { SecretsSeen } from "../plan/secrets-seen.ts";
import type { UnknownVersion } from "../plan/unknown-versions.ts";
import type { StopReason } from "../ports.ts";
import type { MintedCredentials } from "../rules/choose-contents.ts";
import { describeKept, describeOutcome } from "../rules/describe-reason.ts";
import type { Finding, Notice } from "../rules/findings.ts";
import type { SecretWrite } from "../rules/secret-write.ts";
import { ChangesMade } from "./changes-made.ts";
import {
  type Cause,
  clusterCause,
  createFailureLog,
  mintCause,
  stopCauses,
} from "./failure-log.ts";
import type { Failure, SecretLine } from "./report.ts";

/** A piece of work that failed or wasn't begun; `write` if it was about a secret. */
export interface Undone {
  readonly pullSecret: string;
  readonly namespace: string | undefined;
  readonly write?: SecretWrite;
}

/** Holds state on purpose: it is written to from a hundred requests in flight. */
export class Ledger {
  readonly #secrets = new SecretsSeen();
  readonly #failures = createFailureLog();
  readonly #notices: Notice[] = [];
  readonly changes = new ChangesMade();
  mintedCount = 0;

  get secrets(): readonly SecretLine[] {
    return this.#secrets.lines;
  }

  get notices(): readonly Notice[] {
    return [...this.#notices, ...this.changes.notices];
  }

  get failures(): readonly Failure[] {
    return this.#failures.list();
  }

  planned(plan: Plan): void {
    for (const { namespace, pullSecret, stamps } of plan.current) {
      this.#secrets.note({ namespace, pullSecret, ...upToDate }, stamps);
    }
    for (const finding of plan.findings) {
      this.#found(finding);
    }
    for (const { error, ...task } of plan.refusals) {
      this.failed(task, error);
    }
  }

  /** Of kept logins: what is in the cluster stays. */
  unknown(versions: readonly UnknownVersion[]): void {
    for (const { namespaces, error, ...place } of versions) {
      for (const namespace of namespaces) {
        this.#failures.add({ ...place, namespace }, mintCause(error));
      }
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
        const line = describeOutcome(outcome.write, outcome);
        this.#secrets.note({ ...place, ...line }, contentOf(write, outcome.stamps));
        break;
      }
      case "current":
        this.#secrets.note({ ...place, ...upToDate }, contentOf(write, outcome.stamps));
        break;
      case "kept":
        this.#secrets.kept(write, describeKept(write), { isSure: true });
        break;
      case "found":
        this.#found(outcome.finding);
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
    const line = this.#secrets.at({ pullSecret, namespace });
    // What has no expiry may be there all the same: a kept login, or none since it has lapsed.
    const isSeen = this.contentOf(pullSecret, namespace) !== undefined;
    return line !== undefined && (line.result !== "failed" || line.expiresAt !== null || isSeen);
  }

  /** What such a secret holds now; undefined: that isn't known for sure. */
  contentOf(pullSecret: string, namespace: string): SecretContent | undefined {
    return this.#secrets.contentAt({ pullSecret, namespace });
  }

  #found(finding: Finding): void {
    const { namespace, pullSecret, message: reason } = finding;
    if (finding.severity === "notice") this.#notices.push(finding);
    else this.#failures.add(finding, finding);
    if (finding.severity === "failure" || finding.kind === "adopt-held") {
      this.#secrets.note({ namespace, pullSecret, result: "failed", reason }, undefined);
    }
  }

  #undone(task: Undone, cause: Cause): void {
    this.#failures.add(task, cause);
    if (task.write) {
      this.#secrets.kept(task.write, cause.message, { isSure: false });
    }
  }
}

const upToDate = { result: "current", reason: "up to date" } as const;

function contentOf({ secret }: SecretWrite, registries: SecretContent["registries"]) {
  return { shape: secret.shape, registries };
}
