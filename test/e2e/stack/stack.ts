/** The deployed stack, as its operators see it: records, queues, functions, logs. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type AwsEmulator, startAwsEmulator } from "../parts/aws-emulator.ts";
import { deploy } from "./deploy.ts";
import { type Line, readLines } from "./lines.ts";
import { createQueues, type Queues } from "./queues.ts";
import { createShortTokens, type IssuedToken } from "./short-tokens.ts";

export interface Stack extends AsyncDisposable {
  readonly aws: AwsEmulator;
  readonly queues: Queues;
  /** What ECR issued so far, oldest first. */
  readonly tokens: readonly IssuedToken[];
  /** What `serverless deploy` said. */
  readonly deployOutput: string;
  /** By hand, as the README tells it: a secret that holds a kubeconfig. */
  register(cluster: string, kubeconfig: string): Promise<void>;
  /** Of a cluster's record. */
  tags(cluster: string): Promise<Readonly<Record<string, string>>>;
  /** Calls the refresh function and waits for its answer. */
  invoke(request: object): Promise<unknown>;
  /** Takes the right to mint away from the refresh function; gives it back. */
  refuseEcr(): Promise<void>;
  allowEcr(): Promise<void>;
  /** What the functions logged so far, oldest first. */
  lines(): Promise<readonly Line[]>;
  /** Waits until there are so many such lines, and gives them. */
  untilLines(isWanted: (line: Line) => boolean, count?: number): Promise<readonly Line[]>;
  /** Everything that anybody can read of it. */
  allTexts(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export const stage = "e2e";
const name = `ecr-pull-secrets-${stage}`;
const waitMs = 100_000;

export async function startStack(options: { readonly tokenLifeSeconds: number }): Promise<Stack> {
  const { issued, changeAnswers } = createShortTokens(options.tokenLifeSeconds);
  await using cleanup = new AsyncDisposableStack();
  const aws = cleanup.use(await startAwsEmulator({ auth: true, changeAnswers }));
  const deployOutput = await deploy(aws, stage, join(import.meta.dirname, "config.yml"));
  // The emulator asks for an action that AWS doesn't have: there, SendMessage covers it.
  const batch = { Action: "sqs:SendMessageBatch", Resource: "*" };
  await aws.iam.putRolePolicy(`${name}-dispatch-${aws.region}`, "emulator", batch);
  const running = cleanup.move();
  const stop = () => running.disposeAsync();
  const queues = createQueues(aws, name);
  return {
    aws,
    queues,
    tokens: issued,
    deployOutput,
    ...records(aws),
    ...refreshFunction(aws),
    ...logs(aws),
    allTexts: async () => [
      deployOutput,
      await aws.ownLog(),
      ...(await allMessages(aws)),
      ...(await queues.deadLetters()),
    ],
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function records(aws: AwsEmulator): Pick<Stack, "register" | "tags"> {
  const { endpoint, region, credentials } = aws;
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const recordName = (cluster: string) => `ecr-pull-secrets/${stage}/clusters/${cluster}`;
  return {
    register: async (cluster, kubeconfig) => {
      const record = { Name: recordName(cluster), SecretString: kubeconfig };
      await client.send(new CreateSecretCommand(record));
    },
    tags: async (cluster) => {
      const command = new DescribeSecretCommand({ SecretId: recordName(cluster) });
      const { Tags = [] } = await client.send(command);
      return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    },
  };
}

function refreshFunction(aws: AwsEmulator): Pick<Stack, "invoke" | "refuseEcr" | "allowEcr"> {
  const { endpoint, region, credentials } = aws;
  const client = new LambdaClient({ endpoint, region, credentials });
  const role = `${name}-refresh-${region}`;
  const refusal = { Effect: "Deny", Action: "ecr:GetAuthorizationToken", Resource: "*" };
  return {
    invoke: async (request) => {
      const command = new InvokeCommand({
        FunctionName: `${name}-refresh`,
        Payload: Buffer.from(JSON.stringify(request)),
      });
      const { Payload, FunctionError } = await client.send(command);
      const answer = Payload?.transformToString() ?? "";
      if (FunctionError !== undefined) throw new Error(answer);
      return JSON.parse(answer);
    },
    refuseEcr: () => aws.iam.putRolePolicy(role, "refusal", refusal),
    allowEcr: () => aws.iam.deleteRolePolicy(role, "refusal"),
  };
}

function logs(aws: AwsEmulator): Pick<Stack, "lines" | "untilLines"> {
  const lines = async () => readLines(await allMessages(aws));
  return {
    lines,
    untilLines: async (isWanted, count = 1) => {
      const deadline = Date.now() + waitMs;
      for (;;) {
        const all = await lines();
        const found = all.filter(isWanted);
        if (found.length >= count) return found;
        if (Date.now() > deadline) throw new Error(await explain(aws, found.length, all));
        await sleep(500);
      }
    },
  };
}

async function explain(aws: AwsEmulator, found: number, all: readonly Line[]): Promise<string> {
  const last = all.slice(-10).map((line) => JSON.stringify(line));
  const emulatorLog = (await aws.ownLog()).split("\n").slice(-20);
  return [
    `After ${waitMs} ms there are only ${found} such lines. The functions' logs end:`,
    ...last,
    "The emulator's log ends:",
    ...emulatorLog,
  ].join("\n");
}

async function allMessages({ logs }: AwsEmulator): Promise<string[]> {
  const groups = await logs.groups();
  return (await Promise.all(groups.map((group) => logs.messages(group)))).flat();
}
