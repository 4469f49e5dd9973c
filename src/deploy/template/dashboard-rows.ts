/** What the dashboard shows, from above: made of what the functions emit and the alarms watch. */
import { keepsSessions } from "../../config/session-life.ts";
import { runbookFile } from "../../notifications/runbook.ts";
import { logGroupOf, stackNames } from "../../stack/names.ts";
import { clusterMetrics, fleetMetrics, sweepMetrics } from "../../telemetry/metrics.ts";
import { alarmName } from "./alarm.ts";
import { alarmsOf } from "./alarms.ts";
import {
  clusters,
  credentials,
  line,
  soonestExpiry,
  soonestSessionExpiry,
} from "./dashboard-fleet.ts";
import {
  alarmStates,
  graph,
  graphOfEach,
  logBars,
  logTable,
  text,
  type Widget,
} from "./dashboard-widgets.ts";
import { type Deployment, pseudo } from "./part.ts";
import { queries } from "./queries.ts";
import { functionMetric, queueMetric, stageMetric } from "./watched-metric.ts";

export type Row = readonly Widget[];

const hourSeconds = 3_600;

export function rowsOf(deployment: Deployment): readonly Row[] {
  const logGroup = logGroupOf(stackNames(deployment.stage).functions.refresh);
  return [
    [whatToDo(deployment), states(deployment)],
    [soonestExpiry(deployment), clusters(deployment)],
    ...(keepsSessions(deployment.config) ? [[soonestSessionExpiry(deployment)]] : []),
    [sweeps(deployment), durations(deployment)],
    [logTable(queries.failures, logGroup), failures(deployment)],
    [logBars(queries.written, logGroup), logBars(queries.ecrCalls, logGroup)],
    [logTable(queries.rotations, logGroup), credentials(deployment)],
    [queueAge(deployment), deadLetters(deployment)],
    ...(deployment.config.metrics.perCluster ? [eachCluster(deployment)] : []),
  ];
}

/** What somebody types who has looked at the dashboard. */
export const commands = ["list", "check <cluster>", "plan <cluster>", "refresh <cluster>"];

function whatToDo({ stage }: Deployment): Widget {
  const options = `--stage ${stage} --region ${pseudo("Region")}`;
  const lines = commands.map((each) => `    npx ecr-pull-secrets ${each} ${options}`);
  const runbook = `What to do about an alarm: \`${runbookFile}\``;
  const head = [`## ${stackNames(stage).stack}`, runbook, ""];
  return text([...head, ...lines].join("\n"));
}

function states(deployment: Deployment): Widget {
  const names = alarmsOf(deployment).map((alarm) => alarmName(alarm, deployment.stage));
  return alarmStates("Alarms", names);
}

function sweeps(deployment: Deployment): Widget {
  const runs = functionMetric("Invocations", "refresh", deployment);
  return graph({
    title: "Sweeps per hour",
    lines: [
      line(fleetMetrics.dispatched, deployment),
      { metric: runs, label: "Runs of the refresh function, retries included" },
    ],
    periodSeconds: hourSeconds,
  });
}

function durations(deployment: Deployment): Widget {
  const metric = functionMetric("Duration", "refresh", deployment);
  return graph({
    title: "Milliseconds per sweep",
    lines: ["p50", "p99"].map((stat) => ({ metric, label: stat, stat })),
    periodSeconds: hourSeconds,
  });
}

function failures(deployment: Deployment): Widget {
  const { sweepFailed, credentialRotationFailed } = sweepMetrics;
  return graph({
    title: "Failures per hour, retries included",
    lines: [
      line(sweepFailed, deployment),
      line(credentialRotationFailed, deployment),
      ...(["dispatch", "refresh"] as const).map((name) => ({
        metric: functionMetric("Errors", name, deployment),
        label: `Errors of the ${name} function`,
      })),
    ],
    periodSeconds: hourSeconds,
  });
}

function queueAge(deployment: Deployment): Widget {
  const metric = queueMetric("ApproximateAgeOfOldestMessage", "refreshQueue", deployment);
  const title = "Seconds that the oldest message has waited for its sweep";
  return graph({ title, lines: [{ metric, label: "refresh.fifo" }], periodSeconds: 300 });
}

function deadLetters(deployment: Deployment): Widget {
  const visible = "ApproximateNumberOfMessagesVisible";
  const metric = queueMetric(visible, "deadLetterQueue", deployment);
  const lines = [{ metric, label: "refresh-dlq.fifo" }];
  return graph({ title: "Dead letters", lines, periodSeconds: 300 });
}

function eachCluster(deployment: Deployment): Row {
  return [clusterMetrics.hoursToExpiry, clusterMetrics.sweepFailed].map((metric) =>
    graphOfEach(stageMetric(metric, deployment), { dimension: "cluster", title: metric.title }),
  );
}
