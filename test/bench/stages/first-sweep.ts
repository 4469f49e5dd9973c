/** The sweep as the first and only thing that a process does: its memory, and its time uncompiled. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleTo, nodeInLambda } from "../bundle.ts";
import type { Run } from "../contestants/runs.ts";
import { median, timing } from "../measure.ts";
import type { FirstSweepResult, ProcessUse } from "../results.ts";
import type { Stage } from "./stage.ts";

const sources = new URL("../contestants/first-sweep-process.ts", import.meta.url);

export async function measureFirstSweep(stage: Stage): Promise<FirstSweepResult> {
  const { options, ways, runs, say } = stage;
  const way = ways.at(-1);
  if (!way) throw new Error("there is no way to the cluster");
  say("Each sweep in a process of its own");
  const directory = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-bench-"));
  try {
    const bundle = await bundleTo(sources, join(directory, "first-sweep.cjs"));
    const fromSources: Run[] = [];
    const likeLambda: Run[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      fromSources.push(await runs.sweepAlone(way, { module: sources }));
      likeLambda.push(await runs.sweepAlone(way, { module: bundle, env: nodeInLambda(256) }));
    }
    return {
      roundTripMs: way.roundTripMs,
      fromSources: summarize(fromSources),
      likeLambda: summarize(likeLambda),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function summarize(runs: readonly Run[]): ProcessUse {
  return {
    total: timing(runs.map(({ totalMs }) => totalMs)),
    startBytes: median(runs.map(({ startRssBytes }) => startRssBytes)),
    // The highest, not the middle one: a limit that holds mostly is none.
    peakBytes: Math.max(...runs.map(({ maxRssBytes }) => maxRssBytes)),
  };
}
