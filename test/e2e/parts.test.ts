/** The real parts work as the scenarios take for granted. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:http2";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import {
  CloudWatchClient,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type AwsEmulator, startAwsEmulator } from "./parts/aws-emulator.ts";
import { lintTemplate } from "./parts/cfn-lint.ts";
import { provideCommands } from "./parts/commands.ts";
import { type ControlPlane, startControlPlane } from "./parts/control-plane.ts";
import { openInbox } from "./parts/inbox.ts";
import { type Registry, startRegistry } from "./parts/registry.ts";
import { createWorkspace } from "./parts/workspace.ts";

const pinnedReader = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader, namespace: rights }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: reader }
rules:
  - { apiGroups: [""], resources: [secrets], resourceNames: [mine], verbs: [list] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: reader }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: rights }]
`;

describe("the control plane", () => {
  let cluster: ControlPlane;
  beforeAll(async () => {
    cluster = await startControlPlane({ audit: true, controllerManager: true });
  });
  afterAll(() => cluster?.stop());

  test("records a request once, with who did what to which object", async () => {
    const events = await cluster.audit.eventsDuring(() =>
      cluster.kubectl(["create", "configmap", "audited", "--from-literal=key=value"]),
    );

    expect(events.filter(({ name }) => name === "audited")).toMatchObject([
      {
        user: "kubernetes-admin",
        verb: "create",
        resource: "configmaps",
        namespace: "default",
        code: 201,
      },
    ]);
  });

  test("gives a ServiceAccount's kubeconfig just the rights of its manifest", async () => {
    const kubeconfig = await cluster.serviceAccountKubeconfig(pinnedReader);

    const mine = ["get", "secrets", "--all-namespaces", "--field-selector=metadata.name=mine"];
    await expect(cluster.kubectl(mine, { kubeconfig })).resolves.toBe("");
    await expect(
      cluster.kubectl(["get", "secrets", "--all-namespaces"], { kubeconfig }),
    ).rejects.toThrow(/"system:serviceaccount:rights:reader" cannot list resource "secrets"/);
  });

  test("knows the user of a client certificate, and that it has no rights", async () => {
    const kubeconfig = await cluster.userKubeconfig("jane", "developers");

    await expect(cluster.kubectl(["auth", "whoami"], { kubeconfig })).resolves.toMatch(
      /Username +jane\nGroups +\[developers system:authenticated\]/,
    );
    await expect(cluster.kubectl(["get", "pods"], { kubeconfig })).rejects.toThrow(/Forbidden/);
  });

  test("makes a default ServiceAccount, and lets a deleted namespace go", async () => {
    await cluster.kubectl(["create", "namespace", "short-lived"]);
    const forAccount = ["wait", "--for=create", "serviceaccount/default", "--timeout=30s"];
    await cluster.kubectl([...forAccount, "--namespace=short-lived"]);
    // Waits until it is gone, not only terminating.
    await cluster.kubectl(["delete", "namespace", "short-lived", "--timeout=60s"]);

    const left = await cluster.kubectl(["get", "namespaces", "--output=name"]);
    expect(left).not.toContain("short-lived");
  });

  test("fills a token Secret", async () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/service-account-token",
      metadata: {
        name: "filled",
        annotations: { "kubernetes.io/service-account.name": "default" },
      },
    };
    await cluster.kubectl(["create", "-f", "-"], { input: JSON.stringify(secret) });

    await cluster.kubectl(["wait", "--for=jsonpath={.data.token}", "secret/filled"]);
  });

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "keeps its data over a restart by %s",
    async (signal) => {
      const name = `kept-over-${signal.toLowerCase()}`;
      await cluster.kubectl(["create", "configmap", name]);

      await cluster.restartApiServer(signal);

      const kept = await cluster.kubectl(["get", "configmap", name, "--output=name"]);
      expect(kept.trim()).toBe(`configmap/${name}`);
    },
  );
});

describe("starting and stopping", () => {
  test("three control planes run at once, apart from one another, and are gone in seconds", async () => {
    const startedAt = performance.now();
    const clusters = await Promise.all([1, 2, 3].map(() => startControlPlane()));
    try {
      const [first, second] = clusters;
      await first?.kubectl(["create", "namespace", "only-in-first"]);
      await expect(second?.kubectl(["get", "namespace", "only-in-first"])).rejects.toThrow(
        /NotFound/,
      );
      expect(new Set(clusters.map(({ url }) => url)).size).toBe(3);
    } finally {
      await Promise.all(clusters.map((cluster) => cluster.stop()));
    }

    expect(performance.now() - startedAt).toBeLessThan(30_000);
    for (const { url } of clusters) await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test.each([
    { goawayChance: 0, closed: false },
    // That none of 1,000 requests gets one has a chance of 1 in 600 million.
    { goawayChance: 0.02, closed: true },
  ])("closes connections as told: $goawayChance", async ({ goawayChance, closed }) => {
    await using cluster = await startControlPlane({ goawayChance });
    const session = connect(cluster.url, { ca: cluster.ca });
    for (let sent = 0; sent < 1000 && !session.closed; sent += 1) {
      // Signed in: a connection of an anonymous user is closed after each request anyway.
      const headers = { ":path": "/version", authorization: `Bearer ${cluster.adminToken}` };
      await once(session.request(headers).resume(), "close");
    }

    expect(session.closed).toBe(closed);
    session.destroy();
  });

  test("says why it didn't start, with the end of the log", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const address = holder.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    await expect(startControlPlane({ port })).rejects.toThrow(
      /kube-apiserver ended with code 1 before it was ready.*address already in use/s,
    );
    holder.close();
  });

  test("ends a process whose test was killed", async () => {
    const script = `
      import { startProcess } from ${JSON.stringify(join(import.meta.dirname, "parts/processes.ts"))};
      const logFile = "/dev/null";
      const ready = async () => true;
      const sleeper = await startProcess({ command: "/bin/sleep", args: ["300"], logFile, ready });
      process.stdout.write(String(sleeper.pid), () => process.kill(process.pid, "SIGKILL"));
    `;
    const args = ["--input-type=module", "--eval", script];
    const pid = await new Promise<number>((resolve) => {
      execFile(process.execPath, args, (_, stdout) => resolve(Number(stdout)));
    });

    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  });
});

const stackOfAlarms = {
  Resources: {
    Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "told" } },
    Query: {
      Type: "AWS::Logs::QueryDefinition",
      Properties: { Name: "ticks", QueryString: "fields @timestamp" },
    },
    Alarm: {
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        AlarmName: "silent",
        AlarmDescription: "Nobody ticks.",
        Metrics: [
          {
            Id: "ticks",
            MetricStat: {
              Metric: { Namespace: "ours", MetricName: "Ticks", Dimensions: [] },
              Period: 60,
              Stat: "SampleCount",
            },
            ReturnData: false,
          },
          { Id: "filled", Expression: "FILL(ticks, 0)" },
        ],
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "LessThanThreshold",
        AlarmActions: [{ Ref: "Topic" }],
        OKActions: [{ Ref: "Topic" }],
      },
    },
  },
};

describe("the AWS emulator", () => {
  let aws: AwsEmulator;
  beforeAll(async () => {
    aws = await startAwsEmulator({ auth: true });
    for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await aws?.stop();
  });

  test("mints ECR tokens, and notes who asked for what", async () => {
    const before = aws.calls().length;
    const answer = await new ECRClient({}).send(new GetAuthorizationTokenCommand({}));

    const [data] = answer.authorizationData ?? [];
    expect(data?.proxyEndpoint).toBe("https://000000000000.dkr.ecr.us-east-1.amazonaws.com");
    expect(Buffer.from(data?.authorizationToken ?? "", "base64").toString()).toMatch(/^AWS:.+/);
    expect(aws.calls().slice(before)).toEqual([
      { service: "ecr", region: "us-east-1", action: "GetAuthorizationToken", accessKeyId: "test" },
    ]);
  });

  test("says who the caller is", async () => {
    const identity = await new STSClient({}).send(new GetCallerIdentityCommand({}));

    expect(identity.Account).toBe(aws.account);
  });

  test("is what the AWS CLI asks", async () => {
    const workspace = await createWorkspace("commands");
    await provideCommands(workspace.directory);
    const run = (command: string) =>
      promisify(execFile)("/bin/sh", ["-c", command], {
        env: { ...aws.env, PATH: `${workspace.directory}${delimiter}/bin` },
      });

    const caller = await run("aws sts get-caller-identity --query Account --output text");
    expect(caller.stdout.trim()).toBe(aws.account);
    const alarms = await run("aws cloudwatch describe-alarms --output json");
    expect(JSON.parse(alarms.stdout)).toMatchObject({ MetricAlarms: [] });
    expect(aws.calls().at(-1)).toMatchObject({ service: "monitoring", region: aws.region });
    await workspace.remove();
  });

  test("takes a stack as ours, and tells a topic's subscribers what becomes of its alarms", async () => {
    const client = new CloudFormationClient({});
    const TemplateBody = JSON.stringify(stackOfAlarms);
    await client.send(new CreateStackCommand({ StackName: "alarms", TemplateBody }));
    const deployed = { StackName: "alarms" };
    await waitUntilStackCreateComplete({ client, maxWaitTime: 20, minDelay: 1 }, deployed);
    const inbox = await openInbox(aws, "told");
    const AlarmName = "silent";

    const cloudWatch = new CloudWatchClient({});
    // By itself, the emulator would judge an alarm's state by this.
    const MetricData = [{ MetricName: "Ticks", Value: 0 }];
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: "ours", MetricData }));
    expect(await inbox.mails()).toEqual([]);
    for (const StateValue of ["ALARM", "ALARM", "OK"] as const) {
      const change = { AlarmName, StateValue, StateReason: "said so" };
      await cloudWatch.send(new SetAlarmStateCommand(change));
    }

    const mails = await inbox.mails();
    expect(mails.map(({ subject }) => subject)).toEqual([
      'ALARM: "silent" in us-east-1',
      'OK: "silent" in us-east-1',
    ]);
    expect(JSON.parse(mails[0]?.text ?? "")).toMatchObject({
      AlarmName,
      AlarmDescription: "Nobody ticks.",
      NewStateValue: "ALARM",
    });
  });

  test("gives a role's session the role's rights and no more", async () => {
    const puller = await aws.createRole("puller", ["ecr:GetAuthorizationToken"]);
    const stranger = await aws.createRole("stranger", []);

    await expect(mintAs(puller)).resolves.toMatchObject({
      authorizationData: [{ authorizationToken: expect.any(String) }],
    });
    await expect(mintAs(stranger)).rejects.toThrow(/not authorized.*ecr:GetAuthorizationToken/);
    await expect(mintAs(`${puller}-unknown`)).rejects.toThrow(/not authorized.*sts:AssumeRole/);
  });
});

describe("cfn-lint", () => {
  const queue = (properties: object) =>
    JSON.stringify({ Resources: { Queue: { Type: "AWS::SQS::Queue", Properties: properties } } });
  const regions = ["us-east-1"];

  test("knows the properties of a type, and says where one is wrong", async () => {
    const sound = queue({ FifoQueue: true, VisibilityTimeout: 43_200 });
    await expect(lintTemplate(sound, { regions })).resolves.toEqual([]);
    const wrong = queue({ FifoQueue: true, VisibilityTimeout: 43_201 });
    await expect(lintTemplate(wrong, { regions })).resolves.toEqual([
      expect.stringMatching(/^Error E\d+ Resources\/Queue\/Properties\/VisibilityTimeout 43201 /),
    ]);
  });

  test("leaves out a rule on demand", async () => {
    const wrong = queue({ VisibilityTimeout: 43_201 });
    const ignored = ["E3034"];
    await expect(lintTemplate(wrong, { regions, ignored })).resolves.toEqual([]);
  });

  test("fails where there is nothing to look at", async () => {
    await expect(lintTemplate("{", { regions })).resolves.toEqual([
      expect.stringMatching(/^Error E0000 /),
    ]);
  });
});

describe("the registry", () => {
  let registry: Registry;
  let image: string;
  beforeAll(async () => {
    registry = await startRegistry({ password: "first" });
    image = await registry.push("team/app");
  });
  afterAll(() => registry?.stop());

  /** Fetches manifest, config and layers, and checks their digests. */
  const pull = (password?: string) => {
    const auth = Buffer.from(`AWS:${password}`).toString("base64");
    const auths = password === undefined ? {} : { [registry.host]: { auth } };
    const dockerConfigJson = JSON.stringify({ auths });
    return registry.crane(["validate", "--remote", image], { dockerConfigJson });
  };

  test("lets crane pull under ECR's host name with the password only", async () => {
    expect(image).toMatch(/^000000000000\.dkr\.ecr\.us-east-1\.amazonaws\.com\/team\/app@sha256:/);
    await expect(pull("first")).resolves.toMatch(/PASS/);
    await expect(pull("guessed")).rejects.toThrow(/UNAUTHORIZED/);
    await expect(pull()).rejects.toThrow(/UNAUTHORIZED/);
  });

  test("accepts the new password alone after a rotation", async () => {
    await registry.setPassword("second");

    await expect(pull("second")).resolves.toMatch(/PASS/);
    await expect(pull("first")).rejects.toThrow(/UNAUTHORIZED/);
  });

  test("is all that crane can reach", async () => {
    const elsewhere = registry.crane(["manifest", "registry.example/team/app"]);

    await expect(elsewhere).rejects.toThrow(/Forbidden.*Method Not Allowed/s);
  });
});

async function mintAs(roleArn: string) {
  const session = await new STSClient({}).send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "smoke" }),
  );
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = session.Credentials ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return await new ECRClient({ credentials }).send(new GetAuthorizationTokenCommand({}));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
