/** AWS sessions of pods that aren't renewed: of stages that keep some. */
import { keepsSessions, sessionLifeMinutes } from "../../config/session-life.ts";
import { sessionMetrics } from "../../telemetry/metrics.ts";
import type { Alarm } from "./alarm.ts";
import { latest } from "./alarms-fleet.ts";
import type { Deployment } from "./part.ts";

/** A quarter of a session's life: renewal, due at half, has failed for that long. */
export const sessionAlarmMinutes = sessionLifeMinutes / 4;

export function sessionAlarms(deployment: Deployment): Alarm[] {
  return keepsSessions(deployment.config) ? [sessionExpiry(deployment)] : [];
}

function sessionExpiry(deployment: Deployment): Alarm {
  return {
    name: "session-expiry",
    runbook: "session-expiry",
    description: [
      "Of all clusters, also those that can't be reached, the first AWS session of pods ends",
      `in less than ${sessionAlarmMinutes} minutes; it should have been renewed at half of its hour.`,
      "From then on AWS refuses what these pods ask of it (ExpiredToken), until a sweep succeeds.",
      "Pull secrets are another matter: pods can pull until those expire.",
    ],
    ...latest(sessionMetrics.minutesToSoonestSessionExpiry, deployment),
    comparison: "LessThanThreshold",
    threshold: sessionAlarmMinutes,
  };
}
