/** Somebody who may do what docs/deploy-policy.json says, and nothing else. */
import { deployPolicy } from "../../../src/deploy/deploy-policy/deploy-policy.ts";
import { assumeNewRole } from "../docs/who.ts";
import type { AwsEmulator } from "../parts/aws-emulator.ts";

/** @param without actions that they lack; @returns the environment of their shell */
export async function deployer(
  aws: AwsEmulator,
  name: string,
  without: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const statements = deployPolicy().Statement.map(({ Action, ...statement }) => ({
    ...statement,
    Action: Action.filter((action) => !without.includes(action)),
  }));
  const granted = statements.filter(({ Action }) => Action.length > 0);
  return { ...aws.env, ...(await assumeNewRole(aws, name, { Statement: granted })) };
}
