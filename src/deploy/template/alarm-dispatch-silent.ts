/** The dead man's switch. */
import { schedulesUntilTold } from "../../dispatch/failing-long.ts";
import { fleetMetrics } from "../../telemetry/metrics.ts";
import type { Alarm } from "./alarm.ts";
import { hoursUntilExpiry, latest } from "./alarms-fleet.ts";
import type { Deployment } from "./part.ts";

/**
 * Metrics come in up to two minutes late, and a dispatch that failed is tried again after one minute
 * and after two more: with a schedule of a minute, three silent ones would mean nothing.
 */
const minSilenceMinutes = 10;

/**
 * It rests on nothing but the ticks, so it is red from its creation to the first of them, a schedule
 * after the first deploy: what it says then goes to an address that hasn't been confirmed yet. A
 * switch that waited for a first tick would never tell of a stage that had none.
 */
export function dispatchSilent(deployment: Deployment): Alarm {
  const { periodMinutes } = deployment.config.schedule;
  const periods = Math.max(schedulesUntilTold, Math.ceil(minSilenceMinutes / periodMinutes));
  const { metric, periodSeconds } = latest(fleetMetrics.dispatched, deployment);
  return {
    name: "dispatch-silent",
    runbook: "dispatch-silent",
    description: [
      `No sweeps were asked for in ${periods * periodMinutes} minutes, which is ${periods} schedules:`,
      "the schedule is disabled, the dispatch function fails, or the account's limits hold it back.",
      "No cluster is looked after,",
      "and the alarms on failing clusters, expiry and credentials can't change.",
      "Pods can pull until their cluster's pull secrets expire,",
      `at the earliest ${hoursUntilExpiry(deployment)} hours after the last sweep.`,
    ],
    // Without any cluster it is zero sweeps, and still a tick.
    metric: { ...metric, statistic: "SampleCount" },
    comparison: "LessThanThreshold",
    threshold: 1,
    periodSeconds,
    periods,
    missing: "breaching",
  };
}
