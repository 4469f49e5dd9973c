import { startAws } from "../fakes/aws/aws.ts";
import { awsApiContract } from "./aws-api.ts";

const powerlessRoleArn = "arn:aws:iam::123456789012:role/powerless";
const roleArn = "arn:aws:iam::210987654321:role/registries/pull";

awsApiContract("fake", async () => {
  const aws = await startAws({ roles: [roleArn, powerlessRoleArn] });
  aws.deny("ecr:GetAuthorizationToken", { role: powerlessRoleArn });
  const { endpoint, credentials, region, account, close } = aws;
  return { endpoint, credentials, region, account, roleArn, powerlessRoleArn, close };
});
