/** A cluster of EKS, a deployed stage, and a shell: all find the cluster by its name in EKS. */
import { pathToFileURL } from "node:url";
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { type CommandLine, openCommandLine } from "../stack/command-line.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { type EksCluster, startEksCluster } from "./eks-cluster.ts";

export interface EksScene extends AsyncDisposable {
  readonly stack: Stack;
  readonly eks: EksCluster;
  readonly shell: CommandLine;
  /** Fires the schedule. */
  tick(): Promise<void>;
}

export const stage = "eks";
/** In EKS; it is registered by another one. */
export const eksName = "prod";
const functions = `ecr-pull-secrets-${stage}`;
export const roleName = `${functions}-refresh-us-east-1`;
const preload = `--import=${pathToFileURL(`${import.meta.dirname}/lead-eks-here.ts`)}`;

export async function startEksScene(config: string): Promise<EksScene> {
  await using cleanup = new AsyncDisposableStack();
  const own = async <T extends AsyncDisposable>(part: Promise<T>) => cleanup.use(await part);
  const starting = own(startStack({ stage, config, tokenLifeSeconds: 43_200 }));
  const emulator = async () => (await starting).aws;
  const [stack, eks] = await Promise.all([starting, own(startEksCluster(eksName, emulator))]);
  const tick = await openFunctions(stack);
  const shell = await own(openShell(stack, eks));
  const running = cleanup.move();
  return { stack, eks, shell, tick, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Of the administrator, who has no kubeconfig. */
function openShell({ clone, aws }: Stack, { api, adminKeys }: EksCluster): Promise<CommandLine> {
  return openCommandLine({
    directory: clone.directory,
    awsEnv: {
      ...aws.env,
      AWS_ENDPOINT_URL_EKS: api.endpoint,
      AWS_ACCESS_KEY_ID: adminKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: adminKeys.secretAccessKey,
      AWS_SESSION_TOKEN: adminKeys.sessionToken,
      NODE_OPTIONS: preload,
    },
    kubeconfigs: [],
  });
}

async function openFunctions({ aws }: Stack): Promise<EksScene["tick"]> {
  const { endpoint, region, credentials } = aws;
  const lambda = new LambdaClient({ endpoint, region, credentials });
  const FunctionName = `${functions}-refresh`;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { NODE_OPTIONS = "", ...others } = Environment?.Variables ?? {};
  const Variables = { ...others, NODE_OPTIONS: `${NODE_OPTIONS} ${preload}` };
  const change = { FunctionName, Environment: { Variables } };
  await lambda.send(new UpdateFunctionConfigurationCommand(change));
  return async () => {
    const event = { source: "aws.events", time: new Date().toISOString() };
    const Payload = Buffer.from(JSON.stringify(event));
    await lambda.send(new InvokeCommand({ FunctionName: `${functions}-dispatch`, Payload }));
  };
}
