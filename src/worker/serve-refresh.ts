/** The refresh function: events in, outcomes out. */
import { type SweepTime, startDeadline } from "../deadline.ts";
import { reportPlan } from "../refresh/report/plan-report.ts";
import { reportStatus } from "../refresh/report/status-report.ts";
import { type CheckingPorts, checkRegistered } from "./check-registered.ts";
import { lookAtRegistered } from "./look-at-registered.ts";
import type { Serving } from "./ports.ts";
import { type DirectRequest, parseRefreshEvent } from "./refresh-event.ts";
import { serveQueued } from "./serve-queued.ts";
import { sweepAndNote } from "./sweep-and-note.ts";

/** Time for the report, the tags and the answer, after the sweep's own end. */
const wrapUpMs = 5_000;

/** What a sweep has of an invocation's time. */
export function sweepTime(remainingMs: number): SweepTime {
  return { limitMs: remainingMs - wrapUpMs, marginMs: 3_000 };
}

/**
 * @param remainingMs until Lambda ends the invocation
 * @throws PoisonMessageError, RefreshEventError, and bugs: they end in the dead-letter queue
 */
export async function serveRefresh(
  event: unknown,
  remainingMs: number,
  ports: CheckingPorts,
): Promise<unknown> {
  using time = startDeadline(sweepTime(remainingMs));
  const parsed = parseRefreshEvent(event);
  // Awaited here: the deadline's timers end with this scope.
  return parsed.kind === "queued"
    ? await serveQueued(parsed.records, { ports, time })
    : await serveCaller(parsed.request, { ports, time });
}

type CheckingServing = Serving & { readonly ports: CheckingPorts };

/** Whoever asks, the function goes to no local cluster: it tells what its record says. */
async function serveCaller(request: DirectRequest, serving: CheckingServing): Promise<unknown> {
  const { cluster, mode, image } = request;
  const { ports, time } = serving;
  if (!ports.isLocal(cluster)) {
    return serveDirect(request, serving);
  }
  if (mode === "check") {
    const look = { abort: time.abort, isLeftAlone: true, image };
    return (await checkRegistered(cluster, ports, look)) ?? unregistered(cluster);
  }
  ports.skipped(cluster, "local");
  return { cluster, outcome: "local" } as const;
}

/** @param time when to begin nothing new, and when to give up */
export async function serveDirect(
  { cluster, mode, image }: DirectRequest,
  { ports, time }: CheckingServing,
): Promise<unknown> {
  if (mode === "sweep") {
    return (await sweepAndNote(cluster, {}, { ports, time })) ?? unregistered(cluster);
  }
  if (mode === "check") {
    const look = { abort: time.abort, image };
    return (await checkRegistered(cluster, ports, look)) ?? unregistered(cluster);
  }
  const planned = await lookAtRegistered(cluster, ports, time);
  if (!planned) {
    return unregistered(cluster);
  }
  if ("outcome" in planned) {
    return planned;
  }
  return mode === "plan" ? reportPlan(planned) : reportStatus(planned);
}

function unregistered(cluster: string) {
  return { cluster, outcome: "unregistered" } as const;
}
