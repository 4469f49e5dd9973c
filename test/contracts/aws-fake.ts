/** The fake, prepared for the contract suites. */
import { startAws } from "../fakes/aws/aws.ts";
import type { ContractTarget } from "./aws-target.ts";

const powerlessRoleArn = "arn:aws:iam::123456789012:role/powerless";
const roleArn = "arn:aws:iam::210987654321:role/registries/pull";

/** @param denied what the powerless role is asked to do */
export async function startFakeTarget(
  denied: readonly string[],
): Promise<ContractTarget & { readonly aws: Awaited<ReturnType<typeof startAws>> }> {
  const aws = await startAws({ roles: [roleArn, powerlessRoleArn] });
  for (const action of denied) {
    aws.deny(action, { role: powerlessRoleArn });
  }
  const { endpoint, credentials, region, account, close } = aws;
  const elapse = async (ms: number) => aws.advance(ms);
  const place = { endpoint, credentials, region, account };
  return { ...place, roleArn, powerlessRoleArn, elapse, close, aws };
}
