/** What dispatch may: see which clusters there are, and queue them. It can't read a kubeconfig. */
import { keyStatements } from "./key-statements.ts";
import { writeLogs } from "./log-statement.ts";
import { type Deployment, getAtt } from "./part.ts";
import { allow, type Statement } from "./statement.ts";

export function dispatchStatements({ config }: Deployment): Statement[] {
  return [
    // Names and tags of all secrets, no value. AWS knows no resource for this action: `*` is the
    // narrowest that it takes.
    allow(["secretsmanager:ListSecrets"], "*"),
    allow(["sqs:SendMessage"], getAtt("RefreshQueue", "Arn")),
    ...keyStatements(config, { write: ["sqs"], read: [] }),
    writeLogs("DispatchLogGroup"),
  ];
}
