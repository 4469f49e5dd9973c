/** A stack's resources without packaging it: what Serverless would add is said here. */
import { stackTemplate } from "../../../src/deploy/template/template.ts";
import { deploymentOf, withSessions } from "../../unit/deploy/deployment.ts";
import type { Resources } from "./deployed-stage.ts";

export function resourcesOf({
  scheduleMinutes = 10,
  perCluster = false,
  sessions = false,
}): Resources {
  const schedule = `rate(${scheduleMinutes} minute${scheduleMinutes === 1 ? "" : "s"})`;
  const deployment = deploymentOf({
    ...(sessions && withSessions),
    rest: { schedule, metrics: { perCluster } },
  });
  const functionOf = (name: string) => ({
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: `ecr-pull-secrets-${deployment.stage}-${name}`,
      Environment: {
        Variables: {
          STAGE: deployment.stage,
          SCHEDULE_MINUTES: String(scheduleMinutes),
          ...(sessions && { AWS_SESSIONS: "true" }),
        },
      },
    },
  });
  return {
    ...stackTemplate(deployment).Resources,
    DispatchLambdaFunction: functionOf("dispatch"),
    RefreshLambdaFunction: functionOf("refresh"),
  };
}
