/** Renewal of all pull secrets, by each contestant, round by round. */
import type { Run } from "../contestants/runs.ts";
import type { Way } from "../delay/ways.ts";
import { extrapolate, median, type Timing, timing } from "../measure.ts";
import type { RenewalName, RenewalResult } from "../results.ts";
import type { Stage } from "./stage.ts";

/** Ours and the ceiling side by side, and each as often before the other: noise hits both alike. */
const order: readonly RenewalName[] = ["sweep", "bare", "bare", "sweep", "stock"];

/** Seconds to minutes each, and the same every time. */
const serialRuns = 2;

export interface RenewalsFound {
  readonly renewals: readonly RenewalResult[];
  /** Per way: our sweep's time over the bare client's in the same round, the median of it. */
  readonly overCeiling: readonly number[];
}

export async function measureRenewals(stage: Stage): Promise<RenewalsFound> {
  const { options, ways, runs, say } = stage;
  // The first runs create the secrets, and compile the code.
  for (const name of ["sweep", "bare", "stock"] as const) {
    for (const way of ways) await runs.run(name, way);
  }
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    say(`Round ${round} of ${options.rounds}: everything due in ${options.namespaces} namespaces`);
    for (const way of ways) rounds.push(await runRound(stage, way));
  }
  const serial = await measureSerial(stage);
  const byName = (name: RenewalName) => ways.map((way) => runsOf(rounds, name, way));
  const renewals = (["sweep", "bare", "stock"] as const).map((name) =>
    summarize(name, byName(name)),
  );
  const overCeiling = ways.map((way) =>
    median(rounds.filter((round) => round.way === way).map(overBare)),
  );
  return { renewals: [...renewals, serial], overCeiling };
}

interface Round {
  readonly way: Way;
  readonly runs: readonly { readonly name: RenewalName; readonly run: Run }[];
}

async function runRound({ runs }: Stage, way: Way): Promise<Round> {
  const done: { name: RenewalName; run: Run }[] = [];
  for (const name of order) done.push({ name, run: await runs.run(name, way) });
  return { way, runs: done };
}

function runsOf(rounds: readonly Round[], name: RenewalName, way: Way): Run[] {
  const there = rounds.filter((round) => round.way === way).flatMap((round) => round.runs);
  return there.filter((each) => each.name === name).map(({ run }) => run);
}

function overBare(round: Round): number {
  const sumOf = (name: RenewalName) =>
    runsOf([round], name, round.way).reduce((sum, { totalMs }) => sum + totalMs, 0);
  return sumOf("sweep") / sumOf("bare");
}

/** One after the other: at the added round trip in some namespaces, which stand for all. */
async function measureSerial({ options, ways, runs, say }: Stage): Promise<RenewalResult> {
  const done: Run[][] = [];
  for (const way of ways) {
    const limit = way.roundTripMs > 0 ? options.serialSample : options.namespaces;
    const times = way.roundTripMs > 0 ? 1 : serialRuns;
    say(`The stock client one by one, in ${limit} namespaces, ${way.roundTripMs} ms added`);
    const ofWay: Run[] = [];
    for (let run = 0; run < times; run += 1) {
      ofWay.push(await runs.run("stock-serial", way, limit));
    }
    done.push(ofWay);
  }
  const { namespaces, serialSample } = options;
  const timings = (scale: (run: Run) => number) =>
    done.map((of, index): Timing => {
      const sampled = ways[index]?.roundTripMs !== 0 && serialSample < namespaces;
      return timing(of.map(scale), sampled ? serialSample : undefined);
    });
  const whole = (run: Run) => extrapolate(run, namespaces);
  const fixedMs = (run: Run) => run.totalMs - run.applyMs;
  return {
    ...summarize("stock-serial", done),
    total: timings(whole),
    apply: timings((run) => whole(run) - fixedMs(run)),
    cpu: timings(({ cpuMs, written }) => (cpuMs / written) * namespaces),
  };
}

function summarize(contestant: RenewalName, byWay: readonly (readonly Run[])[]): RenewalResult {
  const all = byWay.flat();
  const most = (count: (run: Run) => number) => Math.max(...all.map(count));
  return {
    contestant,
    connections: most(({ traffic }) => traffic.connections),
    requests: most(({ requests }) => requests),
    failed: most(({ failed }) => failed),
    problems: [...new Set(all.flatMap(({ problems }) => problems))],
    total: byWay.map((runs) => timing(runs.map(({ totalMs }) => totalMs))),
    apply: byWay.map((runs) => timing(runs.map(({ applyMs }) => applyMs))),
    cpu: byWay.map((runs) => timing(runs.map(({ cpuMs }) => cpuMs))),
  };
}
