/** An AWS emulator, MiniStack: ECR, STS and much else behind one endpoint, and ECR Public beside it. */
import { readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import {
  type AnswerChanges,
  type AwsCall,
  type HeldCalls,
  startAwsCallRecorder,
} from "./aws-call-recorder.ts";
import { createIam, type EmulatorIam } from "./aws-emulator-iam.ts";
import { createLogs, type EmulatorLogs } from "./aws-emulator-logs.ts";
import { type EcrPublic, startEcrPublic } from "./ecr-public.ts";
import { freePort } from "./free-port.ts";
import { partPath } from "./part-paths.ts";
import { startProcess } from "./processes.ts";
import { createWorkspace } from "./workspace.ts";

export interface AwsEmulatorOptions {
  /** Evaluate IAM policies, as AWS does; without it every call is allowed. */
  readonly auth?: boolean;
  /**
   * How long a session of a role is good where the caller says for how long: nobody can wait for the
   * end of an hour, nor of the 900 seconds that AWS gives at least.
   */
  readonly sessionSeconds?: number;
  /** By action: what clients, and the functions that it runs, get in place of its own answers. */
  readonly changeAnswers?: AnswerChanges;
  /** What time it is for ECR Public, where clients have another clock than the real one. */
  readonly now?: () => Date;
}

export interface AwsEmulator extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** Of the account's root user. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For AWS clients and command lines: endpoint, region, and the credentials above. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * What clients and emulated functions asked of it, oldest first; of a function, all but what it
   * asks of SQS, which it reaches by the queue's URL.
   */
  calls(): readonly AwsCall[];
  /** From now on, calls of this action wait until they are released. */
  hold(action: string): HeldCalls;
  /** A role that everybody may assume and that may call these actions on everything; its ARN. */
  createRole(name: string, allowedActions: readonly string[], inAccount?: string): Promise<string>;
  readonly iam: EmulatorIam;
  /** Which clients find by `env`, and the functions that it runs by themselves. */
  readonly ecrPublic: EcrPublic;
  /** CloudWatch Logs: what the functions wrote. */
  readonly logs: EmulatorLogs;
  /** The emulator's own log so far. */
  ownLog(): Promise<string>;
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
  const recorder = await startAwsCallRecorder(emulatorUrl, options.changeAnswers);
  cleanup.defer(() => recorder.close());
  const ecrPublic = await startEcrPublic(options.now);
  cleanup.defer(() => ecrPublic.close());
  const logFile = workspace.file("ministack.log");
  const emulator = await startProcess({
    command: partPath("python"),
    args: ["-I", join(import.meta.dirname, "emulator.py")],
    env: {
      // Emulated Lambda functions run in the `node` that is found first.
      PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: workspace.directory,
      TMPDIR: workspace.directory,
      GATEWAY_PORT: String(port),
      // Where emulated functions find AWS: they inherit this environment.
      AWS_ENDPOINT_URL: recorder.url,
      AWS_ENDPOINT_URL_ECR_PUBLIC: ecrPublic.url,
      BIND_HOST: "127.0.0.1",
      AUTH: String(options.auth ?? false),
      SESSION_SECONDS: String(options.sessionSeconds ?? ""),
      LOG_LEVEL: "WARNING",
      // Fixed ports that two emulators would fight over.
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      // It removes its containers at start: it must not see a Docker with those of somebody else.
      DOCKER_HOST: `unix://${workspace.file("no-docker.sock")}`,
    },
    logFile,
    ready: async () => (await fetch(`${emulatorUrl}/_ministack/ready`)).ok,
  });
  cleanup.defer(() => emulator.stop());

  const running = cleanup.move();
  const stop = () => running.disposeAsync();
  return {
    endpoint: recorder.url,
    region,
    account,
    credentials,
    env: clientEnvironment(recorder.url, ecrPublic.url),
    calls: recorder.calls,
    hold: recorder.hold,
    createRole: (name, allowedActions, inAccount = account) =>
      createIam({ emulatorUrl, region, account: inAccount }).createRole(name, allowedActions),
    iam: createIam({ emulatorUrl, region, account }),
    ecrPublic,
    logs: createLogs({ emulatorUrl, region, account }),
    ownLog: () => readFile(logFile, "utf8"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function clientEnvironment(endpoint: string, ecrPublic: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_ECR_PUBLIC: ecrPublic,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
    // No profile of the person who runs the tests may decide where requests go.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}
