/** Deployments of configs as people write them. */
import { parseConfig } from "../../../src/config/load.ts";
import type { Deployment } from "../../../src/deploy/template/part.ts";

/** The only pull secret's registries, where a test says nothing else. */
export const ownRegistry = { type: "ecr", region: "us-east-1" };

export const keyArn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const role = "arn:aws:iam::111122223333:role/pods";

/** A pull secret beside the usual one that holds sessions of a role. */
export const withSessions: Given = {
  more: [
    {
      name: "aws-session",
      namespaces: ["apps"],
      format: { type: "awsCredentials", roleArn: role },
    },
  ],
};

export interface Given {
  readonly aws?: object;
  readonly registries?: readonly object[];
  /** Of the only pull secret. */
  readonly secret?: object;
  /** Pull secrets beside it. */
  readonly more?: readonly object[];
  /** Anything else in the file. */
  readonly rest?: object;
}

export function deploymentOf(given: Given = {}): Deployment {
  const { aws = {}, registries = [ownRegistry], secret = {}, more = [], rest = {} } = given;
  const pullSecrets = [{ name: "ecr-pull", namespaces: ["*"], registries, ...secret }, ...more];
  const config = parseConfig(JSON.stringify({ aws, pullSecrets, ...rest }), "config/prod.yml");
  return { stage: "prod", config };
}
