/**
 * Alarms on what AWS itself counts: bugs, and limits. Lambda has these numbers only where a function
 * was called, SQS only while a queue is in use: none is as good as zero.
 */
import type { FunctionName } from "../../stack/names.ts";
import type { Alarm } from "./alarm.ts";
import { hoursUntilExpiry } from "./alarms-fleet.ts";
import type { Deployment } from "./part.ts";
import { functionMetric, queueMetric } from "./watched-metric.ts";

const minutes = 5;
const anyAtAll = {
  comparison: "GreaterThanOrEqualToThreshold",
  threshold: 1,
  periodSeconds: 60 * minutes,
  periods: 1,
  missing: "notBreaching",
} as const;

export function awsAlarms(deployment: Deployment): Alarm[] {
  return [
    deadLetters(deployment),
    errors("dispatch", deployment),
    errors("refresh", deployment),
    throttles("dispatch", deployment),
    throttles("refresh", deployment),
  ];
}

/** A message that arrives after six idle hours may be counted a quarter of an hour late. */
function deadLetters(deployment: Deployment): Alarm {
  return {
    name: "dead-letters",
    runbook: "dead-letters",
    description: [
      "The refresh function gave up on a message: a bug, or a message that nobody of ours sent.",
      "Clusters that fail don't end there.",
      "The next tick asks for that cluster's sweep again; if each of them ends there,",
      `its pull secrets expire ${atTheEarliest(deployment)}.`,
      "SQS keeps such a message for 14 days.",
    ],
    metric: queueMetric("ApproximateNumberOfMessagesVisible", "deadLetterQueue", deployment),
    ...anyAtAll,
  };
}

const errorsMean: Readonly<Record<FunctionName, readonly string[]>> = {
  dispatch: [
    "Lambda tries twice more; if these fail as well, no cluster is swept until the next tick.",
    "Where it goes on, dispatch-silent follows, and the first",
  ],
  refresh: [
    "A cluster that fails is no error: this is a bug, or a message that nobody of ours sent.",
    "Where it goes on, its cluster isn't swept any more, and its",
  ],
};

function errors(name: FunctionName, deployment: Deployment): Alarm {
  return {
    name: `${name}-errors`,
    runbook: "errors",
    description: [
      `The ${name} function failed, timed out or ran out of memory in the last ${minutes} minutes.`,
      ...errorsMean[name],
      `pull secrets expire ${atTheEarliest(deployment)}.`,
    ],
    metric: functionMetric("Errors", name, deployment),
    ...anyAtAll,
  };
}

function throttles(name: FunctionName, deployment: Deployment): Alarm {
  return {
    name: `${name}-throttles`,
    runbook: "throttles",
    description: [
      `Lambda didn't run the ${name} function:`,
      "the account's or the function's concurrency was used up.",
      "It tries again by itself, so sweeps come late; where none comes through,",
      `pull secrets expire ${atTheEarliest(deployment)}.`,
    ],
    metric: functionMetric("Throttles", name, deployment),
    ...anyAtAll,
  };
}

function atTheEarliest(deployment: Deployment): string {
  return `at the earliest ${hoursUntilExpiry(deployment)} hours after the last good sweep`;
}
