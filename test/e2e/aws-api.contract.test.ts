import { awsApiContract } from "../contracts/aws-api.ts";
import { startAwsEmulator } from "./parts/aws-emulator.ts";

awsApiContract("emulator", async () => {
  const aws = await startAwsEmulator({ auth: true });
  const { endpoint, credentials, region, account, stop } = aws;
  const pull = ["ecr:GetAuthorizationToken"];
  return {
    endpoint,
    credentials,
    region,
    account,
    roleArn: await aws.createRole("pull", pull, "210987654321"),
    powerlessRoleArn: await aws.createRole("powerless", []),
    close: stop,
  };
});
