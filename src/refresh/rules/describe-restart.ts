/** Why a workload rolls, in words. One wording for plan, report and log. */
import { formatWorkload } from "../../config/secret-format.ts";
import type { RestartLine } from "../report/report.ts";
import type { Restart, RestartCause } from "./restarts.ts";

export function restartLine(restart: Restart): RestartLine {
  const { workload, causes } = restart;
  return {
    namespace: workload.namespace,
    workload: formatWorkload(workload),
    pullSecrets: causes.map(({ pullSecret }) => pullSecret),
    reason: describeRestart(restart),
  };
}

function describeRestart({ causes, pullSecrets }: Restart): string {
  const reasons = causes.map(({ pullSecret, why }) =>
    pullSecrets.length === 1 ? describeCause(why) : `${pullSecret}: ${describeCause(why)}`,
  );
  return reasons.join("; ");
}

function describeCause(why: RestartCause["why"]): string {
  switch (why) {
    case "never-started-with-it":
      return "its pods weren't started for it yet";
    case "content-changed":
      return "the content has changed";
    case "half-life":
      return "the credential that its pods hold is at half of its life";
  }
}
