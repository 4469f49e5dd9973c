import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { CreateClusterCommand, EKSClient, waitUntilClusterActive } from "@aws-sdk/client-eks";
import {
  CreateFunctionCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { awsApiContract } from "../contracts/aws-api.ts";
import { clusterRecordsContract } from "../contracts/aws-cluster-records.ts";
import { ecrPublicContract } from "../contracts/aws-ecr-public.ts";
import { eksContract } from "../contracts/aws-eks.ts";
import { eventBridgeContract } from "../contracts/aws-event-bridge.ts";
import { keptSecretsContract } from "../contracts/aws-kept-secrets.ts";
import { contractFunction, lambdaContract } from "../contracts/aws-lambda.ts";
import { secretsManagerContract } from "../contracts/aws-secrets-manager.ts";
import { type SnsTarget, snsContract } from "../contracts/aws-sns.ts";
import { sqsContract } from "../contracts/aws-sqs.ts";
import { type ContractTarget, clientConfig } from "../contracts/aws-target.ts";
import { type AwsEmulator, startAwsEmulator } from "./parts/aws-emulator.ts";
import { startEcrPublic } from "./parts/ecr-public.ts";
import { openInbox } from "./parts/inbox.ts";
import { partPath } from "./parts/part-paths.ts";
import { createWorkspace } from "./parts/workspace.ts";

async function startTarget(): Promise<ContractTarget> {
  return prepare(await startAwsEmulator({ auth: true }));
}

async function prepare(aws: AwsEmulator): Promise<ContractTarget> {
  const { endpoint, credentials, region, account, stop } = aws;
  const pull = ["ecr:GetAuthorizationToken"];
  return {
    endpoint,
    credentials,
    region,
    account,
    roleArn: await aws.createRole("pull", pull, "210987654321"),
    powerlessRoleArn: await aws.createRole("powerless", []),
    elapse: (ms) => sleep(ms),
    close: stop,
  };
}

async function startSnsTarget(): Promise<SnsTarget> {
  const aws = await startAwsEmulator({ auth: true });
  async function subscribe(topic: string) {
    const inbox = await openInbox(aws, topic);
    return async () =>
      (await inbox.mails()).map(({ subject, text, attributes }) => ({ subject, text, attributes }));
  }
  return { ...(await prepare(aws)), subscribe };
}

async function startLambdaTarget() {
  const target = await startTarget();
  const client = new LambdaClient(clientConfig(target));
  const functionName = "contract";
  await client.send(
    new CreateFunctionCommand({
      FunctionName: functionName,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: target.powerlessRoleArn,
      Code: { ZipFile: await zip("index.mjs", contractFunction) },
    }),
  );
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 30 }, { FunctionName: functionName });
  return { ...target, functionName, functionRoleArn: target.powerlessRoleArn };
}

async function startEksTarget() {
  const target = await startTarget();
  const client = new EKSClient(clientConfig(target));
  async function createCluster(name: string) {
    await client.send(
      new CreateClusterCommand({
        name,
        roleArn: target.powerlessRoleArn,
        resourcesVpcConfig: {},
        accessConfig: { authenticationMode: "API" },
      }),
    );
    await waitUntilClusterActive({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { name });
  }
  return { ...target, createCluster };
}

/** The emulator has none: the listener that stands in for it. */
async function startEcrPublicTarget() {
  const { url, close } = await startEcrPublic();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return { endpoint: url, credentials, region: "us-east-1", close };
}

async function zip(name: string, content: string): Promise<Buffer> {
  const workspace = await createWorkspace("contract-function");
  try {
    const [file, archive] = [workspace.file(name), workspace.file("function.zip")];
    await writeFile(file, content);
    await promisify(execFile)(partPath("python"), ["-I", "-m", "zipfile", "-c", archive, file]);
    return await readFile(archive);
  } finally {
    await workspace.remove();
  }
}

awsApiContract("emulator", startTarget);
secretsManagerContract("emulator", startTarget);
sqsContract("emulator", startTarget);
snsContract("emulator", startSnsTarget);
lambdaContract("emulator", startLambdaTarget);
clusterRecordsContract("emulator", startTarget);
eventBridgeContract("emulator", startTarget);
eksContract("emulator", startEksTarget);
ecrPublicContract("stand-in", startEcrPublicTarget);
keptSecretsContract("emulator", startTarget);
