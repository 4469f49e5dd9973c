/** Carries out what a sweep from this machine has planned, while somebody watches, who may interrupt. */
import { startDeadline } from "../../deadline.ts";
import { MintError } from "../../errors.ts";
import type { CredentialSource } from "../../refresh/ports.ts";
import { carryOut } from "../../refresh/refresh-cluster.ts";
import { reportPlan } from "../../refresh/report/plan-report.ts";
import type { SweepReport } from "../../refresh/report/report.ts";
import type { CliRun } from "../context.ts";
import { count } from "../print/wording.ts";
import { Interrupted, unlessStopped } from "../terminal/interrupt.ts";
import { stepsOn } from "../terminal/steps.ts";
import type { LocalSweep } from "./local-sweep.ts";

const silentProgress = { minted: () => {}, applied: () => {} };

/** Far beyond what 500 namespaces take; what is left after it is reported, not forgotten. */
const sweepTime = { limitMs: 300_000, marginMs: 15_000 };

export async function sweepLive(
  { connection, planned, credentials }: LocalSweep,
  { context, interrupt }: CliRun,
): Promise<SweepReport> {
  using deadline = startDeadline(sweepTime, interrupt.stop);
  const ports = {
    api: connection.api(AbortSignal.any([deadline.abort, interrupt.abort])),
    credentials: untilStopped(credentials, interrupt.stop),
    now: context.now,
    stop: deadline.stop,
  };
  const changes = reportPlan(planned).changes.length;
  if (changes === 0) {
    return await carryOut(planned, { ...ports, progress: silentProgress });
  }
  // Awaited here: the deadline's timers end with this scope.
  return await stepsOn(context.terminal)("Mint registry credentials", async (retitle) => {
    const progress = progressIn(retitle, interrupt.stop);
    const report = await carryOut(planned, { ...ports, progress });
    retitle(`Applied ${changesMade(report)} of ${count(changes, "change")}`);
    return report;
  });
}

/** A live title holds back all other talk until its end: it says itself that Ctrl-C was heard. */
function progressIn(retitle: (title: string) => void, stop: AbortSignal) {
  let said = "Minting registry credentials";
  const say = (text: string) => {
    said = text;
    retitle(stop.aborted ? `${said}; interrupted, finishing what is begun` : said);
  };
  stop.addEventListener("abort", () => say(said), { once: true });
  return {
    minted: ({ registries, failed }: { registries: number; failed: number }) =>
      say(`Minted credentials for ${registries - failed} of ${registries}; applying`),
    applied: ({ done, of }: { done: number; of: number }) =>
      say(`Tried ${done} of ${count(of, "change")}`),
  };
}

function changesMade({ counts }: SweepReport): number {
  const { created, renewed, adopted, restored, linked, unlinked, deleted, restarted } = counts;
  const written = created + renewed + adopted + restored;
  return written + linked + unlinked + deleted + restarted;
}

/** Nothing is written before the tokens are there: whoever interrupts needn't wait for AWS. */
function untilStopped(credentials: CredentialSource, stop: AbortSignal): CredentialSource {
  return {
    covers: (registry, host) => credentials.covers(registry, host),
    currentVersion: (registry) => credentials.currentVersion(registry),
    mint: (registry) =>
      unlessStopped(credentials.mint(registry), stop).catch((error: unknown) => {
        throw error instanceof Interrupted
          ? new MintError("unreachable", "interrupted before AWS answered")
          : error;
      }),
  };
}
