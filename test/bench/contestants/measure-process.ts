/** What a run costs the process that it runs in. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { z } from "zod";
import type { Contestant, ProcessResult, RunRequest } from "./contestant.ts";

const statusPath = "/proc/self/status";

/** A run, with what it cost this process. */
export async function measureProcess(run: Contestant, request: RunRequest): Promise<ProcessResult> {
  const startRssBytes = peakRssBytes();
  const before = process.cpuUsage();
  const result = await run(request);
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  return { ...result, cpuMs, startRssBytes, maxRssBytes: peakRssBytes() };
}

export function peakRssBytes(): number {
  const status = existsSync(statusPath) ? readFileSync(statusPath, "utf8") : "";
  return peakOf(status, process.resourceUsage().maxRSS);
}

/**
 * Linux counts into a process's `maxRSS` what its parent held when it forked: its status file
 * doesn't, so that counts where there is one. Both are in KiB.
 */
function peakOf(status: string, maxRssKib: number): number {
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(peak ?? maxRssKib) * 1024;
}

/** Of a Node process that does nothing: the floor. */
export async function measureEmptyProcess(): Promise<number> {
  const script = `
    const { existsSync, readFileSync } = require("node:fs");
    const status = existsSync("${statusPath}") ? readFileSync("${statusPath}", "utf8") : "";
    console.log(JSON.stringify({ status, maxRssKib: process.resourceUsage().maxRSS }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script]);
  const answer = z.object({ status: z.string(), maxRssKib: z.number() });
  const { status, maxRssKib } = answer.parse(JSON.parse(stdout));
  return peakOf(status, maxRssKib);
}
