/** An AWS emulator, MiniStack: ECR, STS and much else behind one endpoint. */
import { delimiter, dirname } from "node:path";
import { type AwsCall, startAwsCallRecorder } from "./aws-call-recorder.ts";
import { freePort } from "./free-port.ts";
import { partPath } from "./part-paths.ts";
import { startProcess } from "./processes.ts";
import { createWorkspace } from "./workspace.ts";

export interface AwsEmulatorOptions {
  /** Evaluate IAM policies, as AWS does; without it every call is allowed. */
  readonly auth?: boolean;
}

export interface AwsEmulator extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** Of the account's root user. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For AWS clients and command lines: endpoint, region, and the credentials above. */
  readonly env: Readonly<Record<string, string>>;
  /** What clients asked of it, oldest first. */
  calls(): readonly AwsCall[];
  /** A role that everybody may assume and that may call these actions on everything; its ARN. */
  createRole(name: string, allowedActions: readonly string[], inAccount?: string): Promise<string>;
  stop(): Promise<void>;
}

const region = "us-east-1";
const account = "000000000000";
const credentials = { accessKeyId: "test", secretAccessKey: "test" } as const;

export async function startAwsEmulator(options: AwsEmulatorOptions = {}): Promise<AwsEmulator> {
  await using cleanup = new AsyncDisposableStack();
  const workspace = await createWorkspace("aws-emulator");
  cleanup.defer(() => workspace.remove());
  const port = await freePort();
  const emulatorUrl = `http://127.0.0.1:${port}`;
  const emulator = await startProcess({
    command: partPath("python"),
    args: ["-I", "-m", "ministack"],
    env: {
      // Emulated Lambda functions run in the `node` that is found first.
      PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: workspace.directory,
      TMPDIR: workspace.directory,
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      AUTH: String(options.auth ?? false),
      LOG_LEVEL: "WARNING",
      // Fixed ports that two emulators would fight over.
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      // It removes its containers at start: it must not see a Docker with those of somebody else.
      DOCKER_HOST: `unix://${workspace.file("no-docker.sock")}`,
    },
    logFile: workspace.file("ministack.log"),
    ready: async () => (await fetch(`${emulatorUrl}/_ministack/ready`)).ok,
  });
  cleanup.defer(() => emulator.stop());
  const recorder = await startAwsCallRecorder(emulatorUrl);
  cleanup.defer(() => recorder.close());

  const running = cleanup.move();
  const stop = () => running.disposeAsync();
  return {
    endpoint: recorder.url,
    region,
    account,
    credentials,
    env: clientEnvironment(recorder.url),
    calls: recorder.calls,
    createRole: (name, allowedActions, inAccount = account) =>
      createRole({ emulatorUrl, account: inAccount }, name, allowedActions),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
    // No profile of the person who runs the tests may decide where requests go.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}

interface Iam {
  readonly emulatorUrl: string;
  readonly account: string;
}

async function createRole(
  iam: Iam,
  name: string,
  allowedActions: readonly string[],
): Promise<string> {
  const trust = policy({ Principal: { AWS: "*" }, Action: "sts:AssumeRole" });
  const role = { RoleName: name, AssumeRolePolicyDocument: trust };
  await callIam(iam, { Action: "CreateRole", ...role });
  if (allowedActions.length > 0) {
    const rights = policy({ Action: allowedActions, Resource: "*" });
    const rolePolicy = { RoleName: name, PolicyName: "allowed", PolicyDocument: rights };
    await callIam(iam, { Action: "PutRolePolicy", ...rolePolicy });
  }
  return `arn:aws:iam::${iam.account}:role/${name}`;
}

function policy(statement: object): string {
  const statements = [{ Effect: "Allow", ...statement }];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** An account's number is a key of its root user, whose signature isn't verified. */
async function callIam(iam: Iam, parameters: Record<string, string>): Promise<void> {
  const credential = `Credential=${iam.account}/20260101/${region}/iam/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`;
  const body = new URLSearchParams({ Version: "2010-05-08", ...parameters });
  const response = await fetch(iam.emulatorUrl, {
    method: "POST",
    headers: { authorization },
    body,
  });
  if (!response.ok) {
    throw new Error(`IAM ${parameters["Action"]}: ${response.status} ${await response.text()}`);
  }
}
