/** The alarms of a stage, as a table. */
import { type Alarm, alarmName, type Comparison } from "../../../src/deploy/template/alarm.ts";
import { alarmsOf } from "../../../src/deploy/template/alarms.ts";
import type { Deployment } from "../../../src/deploy/template/part.ts";

const signs: Readonly<Record<Comparison, string>> = {
  GreaterThanOrEqualToThreshold: "≥",
  GreaterThanThreshold: ">",
  LessThanThreshold: "<",
};

const whenMissing: Readonly<Record<Alarm["missing"], string>> = {
  ignore: "keeps its state",
  notBreaching: "as good as zero",
  breaching: "red",
};

export function alarmTable(deployment: Deployment): string {
  return [
    "| alarm | is red when | looked at | without data |",
    "|---|---|---|---|",
    ...alarmsOf(deployment).map((alarm) => row(alarm, deployment.stage)),
  ].join("\n");
}

function row(alarm: Alarm, stage: string): string {
  const { runbook, metric, comparison, threshold, missing } = alarm;
  const counted = metric.statistic === "SampleCount" ? "values of " : "";
  return `| ${[
    `[\`${alarmName(alarm, stage)}\`](#${runbook})`,
    `${counted}\`${metric.name}\` ${signs[comparison]} ${threshold}`,
    periodsOf(alarm),
    whenMissing[missing],
  ].join(" | ")} |`;
}

function periodsOf({ periods, periodSeconds }: Alarm): string {
  const minutes = `${periodSeconds / 60} min`;
  return periods === 1 ? minutes : `${periods} × ${minutes}`;
}
