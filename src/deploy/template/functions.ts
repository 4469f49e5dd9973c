/** What the options add to functions and log groups, which Serverless makes itself. */
import { networkOf } from "./network.ts";
import type { Deployment, Extension, TemplatePart } from "./part.ts";

export function functions({ config }: Deployment): TemplatePart {
  const { kmsKeyArn, vpc, concurrency } = config.aws;
  const logGroup = kmsKeyArn === undefined ? undefined : { Properties: { KmsKeyId: kmsKeyArn } };
  const attached = vpc && networkOf(vpc);
  const reserved =
    concurrency.reserved === undefined
      ? undefined
      : { ReservedConcurrentExecutions: concurrency.reserved };
  const refresh: Extension | undefined = (attached || reserved) && {
    ...attached,
    Properties: { ...attached?.Properties, ...reserved },
  };
  return {
    extensions: {
      ...(logGroup && { DispatchLogGroup: logGroup, RefreshLogGroup: logGroup }),
      ...(refresh && { RefreshLambdaFunction: refresh }),
    },
  };
}
