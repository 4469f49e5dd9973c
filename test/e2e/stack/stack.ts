/** The deployed stack, as its operators see it: records, queues, functions, logs. */
import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type AwsEmulator, startAwsEmulator } from "../parts/aws-emulator.ts";
import { type Clone, createClone } from "./clone.ts";
import { deploy } from "./deploy.ts";
import { type Line, readLines } from "./lines.ts";
import { createQueues, type Queues } from "./queues.ts";
import { createRecords, type Records } from "./records.ts";
import { createShortTokens, type IssuedToken } from "./short-tokens.ts";

export interface StackOptions {
  /** `e2e` by default. */
  readonly stage?: string;
  /** YAML. */
  readonly config: string;
  readonly tokenLifeSeconds: number;
}

export interface RefusedRights {
  /** As IAM writes it. */
  readonly action: string;
  /** An ARN, in which `*` stands for anything; all by default. */
  readonly resource?: string;
}

export interface Stack extends AsyncDisposable {
  readonly stage: string;
  readonly aws: AwsEmulator;
  /** What it was deployed from. */
  readonly clone: Clone;
  readonly queues: Queues;
  readonly records: Records;
  /** What ECR issued so far, oldest first. */
  readonly tokens: readonly IssuedToken[];
  /** Again, with another config, or another stage beside it. */
  deploy(config: string, stage?: string): Promise<void>;
  /** Calls the refresh function and waits for its answer. */
  invoke(request: object): Promise<unknown>;
  /** Takes rights away from the refresh function; what it gives back gives them back. */
  refuse(rights: RefusedRights): Promise<() => Promise<void>>;
  /** What the functions logged so far, oldest first. */
  lines(): Promise<readonly Line[]>;
  /** Waits until there are so many such lines, and gives them. */
  untilLines(
    isWanted: (line: Line) => boolean,
    count?: number,
    waitMs?: number,
  ): Promise<readonly Line[]>;
  /** Everything that anybody can read of it. */
  allTexts(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** A tick and what it sets off, on a busy machine. */
const tickMs = 100_000;

export async function startStack(options: StackOptions): Promise<Stack> {
  const { stage = "e2e", config, tokenLifeSeconds } = options;
  const name = `ecr-pull-secrets-${stage}`;
  const { issued, changeAnswers } = createShortTokens(tokenLifeSeconds);
  await using cleanup = new AsyncDisposableStack();
  const clone = await createClone();
  cleanup.defer(() => clone.remove());
  const aws = cleanup.use(await startAwsEmulator({ auth: true, changeAnswers }));
  const deployOutputs: string[] = [];
  const deployStage = async (yaml: string, asStage = stage) => {
    await clone.configure(asStage, yaml);
    deployOutputs.push(await deploy(aws, clone, asStage));
    await letDispatchQueue(aws, asStage);
  };
  await deployStage(config);
  const running = cleanup.move();
  const stop = () => running.disposeAsync();
  const queues = createQueues(aws, name);
  return {
    stage,
    aws,
    clone,
    queues,
    records: createRecords(aws, stage),
    tokens: issued,
    deploy: deployStage,
    ...refreshFunction(aws, name),
    ...logs(aws),
    allTexts: async () => [
      ...deployOutputs,
      await aws.ownLog(),
      ...(await allMessages(aws)),
      ...(await queues.deadLetters()),
    ],
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The emulator asks for an action that AWS doesn't have: there, SendMessage covers it. */
async function letDispatchQueue({ iam, region }: AwsEmulator, stage: string): Promise<void> {
  const batch = { Action: "sqs:SendMessageBatch", Resource: "*" };
  await iam.putRolePolicy(`ecr-pull-secrets-${stage}-dispatch-${region}`, "emulator", batch);
}

function refreshFunction(aws: AwsEmulator, name: string): Pick<Stack, "invoke" | "refuse"> {
  const { endpoint, region, credentials } = aws;
  const client = new LambdaClient({ endpoint, region, credentials });
  const role = `${name}-refresh-${region}`;
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
    refuse: async ({ action, resource = "*" }) => {
      const policy = `no-${action.replace(":", "-")}`;
      const refusal = { Effect: "Deny", Action: action, Resource: resource };
      await aws.iam.putRolePolicy(role, policy, refusal);
      return () => aws.iam.deleteRolePolicy(role, policy);
    },
  };
}

function logs(aws: AwsEmulator): Pick<Stack, "lines" | "untilLines"> {
  const lines = async () => readLines(await allMessages(aws));
  return {
    lines,
    untilLines: async (isWanted, count = 1, waitMs = tickMs) => {
      const deadline = Date.now() + waitMs;
      for (;;) {
        const all = await lines();
        const found = all.filter(isWanted);
        if (found.length >= count) return found;
        if (Date.now() > deadline) {
          throw new Error(
            `After ${waitMs} ms there are only ${found.length} such lines. ${await ends(aws, all)}`,
          );
        }
        await sleep(500);
      }
    },
  };
}

async function ends(aws: AwsEmulator, all: readonly Line[]): Promise<string> {
  const last = all.slice(-10).map((line) => JSON.stringify(line));
  const emulatorLog = (await aws.ownLog()).split("\n").slice(-20);
  return ["The functions' logs end:", ...last, "The emulator's log ends:", ...emulatorLog].join(
    "\n",
  );
}

async function allMessages({ logs }: AwsEmulator): Promise<string[]> {
  const groups = await logs.groups();
  return (await Promise.all(groups.map((group) => logs.messages(group)))).flat();
}
