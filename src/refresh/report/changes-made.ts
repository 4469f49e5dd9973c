/** What a sweep did besides writing secrets, and what it couldn't do that is worth a line. */
import type { LinkOutcome } from "../apply/link-account.ts";
import type { RestartOutcome } from "../apply/restart-workload.ts";
import { restartLine } from "../rules/describe-restart.ts";
import type { Notice } from "../rules/findings.ts";
import type { AccountLink } from "../rules/link-accounts.ts";
import { linkLeft } from "../rules/link-left.ts";
import type { SecretDeletion } from "../rules/orphans.ts";
import { heldWorkload } from "../rules/workload-findings.ts";
import type { LinkLine, RestartLine } from "./report.ts";

/** Holds state on purpose: it is written to from a hundred requests in flight. */
export class ChangesMade {
  readonly links: LinkLine[] = [];
  readonly unlinks: LinkLine[] = [];
  readonly restarts: RestartLine[] = [];
  readonly deletions: SecretDeletion[] = [];
  readonly notices: Notice[] = [];

  linked(link: AccountLink, outcome: LinkOutcome): void {
    if (outcome === "changed") this.links.push(linkLine(link));
  }

  unlinked(link: AccountLink, outcome: LinkOutcome | "refused"): void {
    if (outcome === "changed") this.unlinks.push(linkLine(link));
    if (outcome === "refused") this.notices.push(linkLeft(link.pullSecret, link.account));
  }

  restarted(outcome: RestartOutcome): void {
    if (outcome.result === "restarted") this.restarts.push(restartLine(outcome.restart));
    if (outcome.result === "held") this.notices.push(...heldWorkload(outcome.restart));
  }

  deleted(deletion: SecretDeletion, outcome: "deleted" | "elsewhere"): void {
    if (outcome === "deleted") this.deletions.push(deletion);
  }
}

function linkLine({ account, pullSecret }: AccountLink): LinkLine {
  return { namespace: account.namespace, serviceAccount: account.name, pullSecret };
}
