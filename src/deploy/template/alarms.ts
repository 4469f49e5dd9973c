/** When somebody has to be told. CloudWatch asks $0.10 a month for each; ten in an account are free. */
import { type Alarm, alarmResource } from "./alarm.ts";
import { dispatchSilent } from "./alarm-dispatch-silent.ts";
import { sessionAlarms } from "./alarm-session-expiry.ts";
import { awsAlarms } from "./alarms-aws.ts";
import { fleetAlarms } from "./alarms-fleet.ts";
import type { Deployment, TemplatePart } from "./part.ts";

export function alarms(deployment: Deployment): TemplatePart {
  const resources = alarmsOf(deployment).map(
    (alarm) => [logicalId(alarm), alarmResource(alarm, deployment.stage)] as const,
  );
  return { resources: Object.fromEntries(resources) };
}

export function alarmsOf(deployment: Deployment): readonly Alarm[] {
  return [
    ...fleetAlarms(deployment),
    ...sessionAlarms(deployment),
    dispatchSilent(deployment),
    ...awsAlarms(deployment),
  ];
}

/** `dispatch-errors` → `DispatchErrorsAlarm` */
function logicalId({ name }: Alarm): string {
  const words = name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Alarm`;
}
