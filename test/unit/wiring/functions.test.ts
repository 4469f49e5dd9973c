/** The two functions as they are deployed, around a queue that behaves as SQS does. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { ConfigError } from "../../../src/errors.ts";
import { wireDispatch } from "../../../src/wiring/dispatch.ts";
import { wireRefresh } from "../../../src/wiring/refresh.ts";
import type { AccessRule } from "../../contracts/kubernetes-target.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { type Line, linesOf } from "../telemetry/captured-output.ts";

const config = `
schedule: rate(10 minutes)
pullSecrets:
  - name: ecr-pull
    namespaces: { include: [apps] }
    registries: [{ type: ecr, region: us-east-1 }]
`;
const recordOf = (cluster: string) => `ecr-pull-secrets/dev/clusters/${cluster}`;
const credentialTag = "ecr-pull-secrets:credential";
const failingSince = "ecr-pull-secrets:failing-since";

let aws: FakeAws;
let cluster: KubernetesApi;
let folder: string;
let queue: string;
let topicArn: string;
let deadLetters: string;

beforeEach(async () => {
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
  cluster = await startKubernetesApi();
  cluster.state.createNamespace("apps");
  aws.secrets.create(recordOf("eu"), cluster.kubeconfig());
  topicArn = aws.topics.create("alarms");
  const dlq = aws.queues.create("dlq.fifo");
  deadLetters = dlq.url;
  queue = aws.queues.create("refresh.fifo", {
    VisibilityTimeout: "540",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 5 }),
  }).url;
  folder = await mkdtemp(join(tmpdir(), "functions-"));
  await writeFile(join(folder, "dev.yml"), config);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([aws.close(), cluster.close(), rm(folder, { recursive: true })]);
});

function settings() {
  return {
    stage: "dev",
    region: aws.region,
    account: aws.account,
    queueUrl: queue,
    topicArn,
    schedulePeriodMinutes: 10,
    configFile: join(folder, "dev.yml"),
  };
}

/** As in `serverless.yml`. */
const asDeployed = { batchSize: 1, maximumConcurrency: 50 };
const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 90_000 };

describe("a tick of the schedule", () => {
  test("sweeps every registered cluster, whichever of them is dead", async () => {
    const dead = await startKubernetesApi();
    aws.secrets.create(recordOf("dead"), dead.kubeconfig());
    await dead.close();
    const lines = await linesOf(async () => {
      await wireDispatch(settings())(tick(), context);
      const refresh = wireRefresh(settings());
      await expect(aws.queues.deliver(queue, refresh, asDeployed)).resolves.toMatchObject({
        invocations: 2,
        deleted: 1,
        returned: 1,
        errors: [],
      });
    });
    expect(cluster.state.secretsNamed("ecr-pull").size).toBe(1);
    expect(lines.filter(({ message }) => message === "sweep done")).toMatchObject([
      { cluster: "eu", written: 1, stage: "dev" },
    ]);
    expect(lines.filter(({ message }) => message === "sweep failed")).toMatchObject([
      { level: "ERROR", cluster: "dead", failuresByKind: { unreachable: 1 } },
    ]);
    expect(aws.secrets.read(recordOf("dead"))?.tags).toHaveProperty([failingSince]);
    const told = JSON.stringify(lines);
    expect(told).not.toContain(cluster.admin.token);
    expect(aws.tokens.every(({ password }) => !told.includes(password.slice(0, 60)))).toBe(true);
  });

  test("that EventBridge delivers twice sweeps once", async () => {
    await linesOf(async () => {
      const dispatch = wireDispatch(settings());
      const event = tick();
      await dispatch(event, context);
      await dispatch(event, context);
      expect(aws.queues.messages(queue)).toHaveLength(1);
      const delivery = await aws.queues.deliver(queue, wireRefresh(settings()), asDeployed);
      expect(delivery.invocations).toBe(1);
    });
  });

  test("that comes again when SQS has forgotten it writes nothing twice", async () => {
    await linesOf(async () => {
      const [dispatch, refresh] = [wireDispatch(settings()), wireRefresh(settings())];
      const event = tick();
      for (const invocations of [1, 1]) {
        await dispatch(event, context);
        const delivery = await aws.queues.deliver(queue, refresh, asDeployed);
        expect(delivery).toMatchObject({ invocations, deleted: 1 });
        aws.advance(6 * 60_000);
      }
    });
    expect(cluster.requests.filter(({ method }) => method === "PATCH")).toHaveLength(1);
    expect(aws.tokens).toHaveLength(1);
    expect(aws.count("secretsmanager:TagResource")).toBe(1);
  });

  test("tells of all clusters, and that it fired", async () => {
    const lines = await linesOf(() => wireDispatch(settings())(tick(), context));
    expect(lines.filter(isMetric)).toMatchObject([
      {
        ...{ service: "ecr-pull-secrets", stage: "dev" },
        ...{ Clusters: 1, ClustersFailing: 0, ClustersFailingLong: 0 },
        ...{ HoursToSoonestExpiry: 12, CredentialLifeLeft: 100 },
      },
      { service: "ecr-pull-secrets", stage: "dev", Dispatched: 1 },
    ]);
  });

  test("whose messages can't be queued fails, having told what is about to expire", async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    aws.secrets.create(recordOf("late"), "", { "ecr-pull-secrets:expires-at": soon });
    aws.deny("sqs:SendMessage");
    const lines = await linesOf(() =>
      expect(wireDispatch(settings())(tick(), context)).rejects.toMatchObject({
        name: "QueueError",
      }),
    );
    expect(lines.filter(isMetric)).toMatchObject([
      { Clusters: 2, HoursToSoonestExpiry: expect.closeTo(1) },
    ]);
    expect(lines.find((line) => "Dispatched" in line)).toBeUndefined();
  });

  test("warns of secrets among the records that no cluster can be", async () => {
    aws.secrets.create(recordOf("eu/prod"), "");
    const lines = await linesOf(() => wireDispatch(settings())(tick(), context));
    expect(lines[0]).toMatchObject({ level: "WARN", name: recordOf("eu/prod") });
  });

  test("throws where the clusters can't be listed, and so is tried again", async () => {
    aws.deny("secretsmanager:ListSecrets");
    const dispatch = wireDispatch(settings());
    await expect(dispatch(tick(), context)).rejects.toMatchObject({ name: "StoreError" });
  });
});

test("a local cluster is left to its runner, and alarms hear of it all the same", async () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  aws.secrets.create(recordOf("factory-1"), cluster.kubeconfig(), {
    [failingSince]: hoursAgo(2),
    "ecr-pull-secrets:expires-at": hoursAgo(-5),
    [credentialTag]: `${hoursAgo(8)}/${hoursAgo(-2)}`,
  });
  await writeFile(join(folder, "dev.yml"), `localClusters: ["factory-*"]\n${config}`);
  const lines = await linesOf(async () => {
    await wireDispatch({ ...settings(), localClusters: ["factory-*"] })(tick(), context);
    await expect(
      wireRefresh(settings())({ cluster: "factory-1", mode: "status" }, context),
    ).resolves.toEqual({ cluster: "factory-1", outcome: "local" });
  });
  expect(aws.queues.messages(queue).map(({ body }) => JSON.parse(body).cluster)).toEqual(["eu"]);
  expect(lines.filter(isMetric)).toMatchObject([
    {
      ...{ Clusters: 2, ClustersFailing: 1, ClustersFailingLong: 1 },
      ...{ HoursToSoonestExpiry: expect.closeTo(5), CredentialLifeLeft: expect.closeTo(20) },
    },
    { Dispatched: 1 },
  ]);
  expect(lines.find(({ message }) => message === "dispatched")).toMatchObject({
    ...{ clusters: 1, local: 1 },
  });
  expect(cluster.requests).toEqual([]);
});

test("clusters that somebody names are queued, which says nothing of the others", async () => {
  const lines = await linesOf(() => wireDispatch(settings())({ clusters: ["eu"] }, context));
  expect(aws.queues.messages(queue)).toHaveLength(1);
  expect(lines).toMatchObject([{ message: "dispatched", by: "call", clusters: 1 }]);
});

describe("a cluster that fails for three schedules", () => {
  const halfAnHourAgo = new Date(Date.now() - 31 * 60_000).toISOString();

  async function sweepAll() {
    // A message that failed before is seen again.
    aws.advance(60_000);
    return linesOf(async () => {
      await wireDispatch(settings())(tick(), context);
      await aws.queues.deliver(queue, wireRefresh(settings()), asDeployed);
    });
  }

  async function startDead() {
    const dead = await startKubernetesApi();
    aws.secrets.create(recordOf("dead"), dead.kubeconfig(), { [failingSince]: halfAnHourAgo });
    await dead.stop();
    return dead;
  }

  test("is told to the topic once, and once that it recovered", async () => {
    await using dead = disposable(await startDead());
    const lines = await sweepAll();
    expect(lines.find((line) => "ClustersFailingLong" in line)).toMatchObject({
      ...{ Clusters: 2, ClustersFailing: 1, ClustersFailingLong: 1 },
    });
    expect(lines.find(({ message }) => message === "topic told")).toMatchObject({
      ...{ cluster: "dead", change: "failing" },
    });
    await sweepAll();
    expect(aws.topics.told(topicArn)).toMatchObject([
      {
        subject: "ecr-pull-secrets dev: dead keeps failing",
        message: expect.stringContaining("npx ecr-pull-secrets check dead --stage dev"),
        attributes: { stage: "dev", cluster: "dead", change: "failing" },
      },
    ]);

    await dead.start();
    await sweepAll();
    await sweepAll();
    expect(aws.topics.told(topicArn).map(({ subject }) => subject)).toEqual([
      "ecr-pull-secrets dev: dead keeps failing",
      "ecr-pull-secrets dev: dead recovered",
    ]);
  });

  test("is swept as ever where the topic can't be told, which the log says", async () => {
    await using _ = disposable(await startDead());
    aws.deny("sns:Publish");
    const lines = await sweepAll();
    expect(lines.find(({ message }) => message === "the topic couldn't be told")).toMatchObject({
      ...{ level: "WARN", cluster: "dead", change: "failing" },
      reason: expect.stringMatching(/^AWS denied sns:Publish on topic arn:\S+:alarms /),
      hint: expect.stringMatching(/^Allow sns:Publish on /),
    });
    expect(lines.filter((line) => "SweepFailed" in line)).toHaveLength(1);
    const told = "ecr-pull-secrets:failure-told-at";
    expect(aws.secrets.read(recordOf("dead"))?.tags).not.toHaveProperty([told]);
  });
});

test("series for each cluster are there where the config asks for them", async () => {
  await writeFile(join(folder, "dev.yml"), `${config}metrics: { perCluster: true }\n`);
  const lines = await linesOf(() => wireRefresh(settings())({ cluster: "eu" }, context));
  expect(lines.filter(isMetric)).toMatchObject([
    {
      stage: "dev",
      cluster: "eu",
      ClusterSweepFailed: 0,
      ClusterHoursToExpiry: expect.closeTo(12),
    },
  ]);
});

describe("the dead-letter queue", () => {
  test("holds no cluster, however often its sweep fails", async () => {
    aws.secrets.create(recordOf("odd"), "no kubeconfig");
    await linesOf(async () => {
      await wireDispatch(settings())({ clusters: ["odd"] }, context);
      const refresh = wireRefresh(settings());
      const invocations: number[] = [];
      for (let receive = 1; receive <= 6; receive += 1) {
        invocations.push((await aws.queues.deliver(queue, refresh, asDeployed)).invocations);
        aws.advance(170_000);
      }
      expect(invocations).toEqual([1, 1, 1, 1, 1, 0]);
    });
    expect(aws.queues.messages(queue)).toEqual([]);
    expect(aws.queues.messages(deadLetters)).toEqual([]);
  });

  test("holds what nobody of ours can have sent", async () => {
    const refresh = wireRefresh(settings());
    await poison();
    const errorTypes: (string | undefined)[] = [];
    const lines = await linesOf(async () => {
      for (let receive = 1; receive <= 6; receive += 1) {
        const { errors } = await aws.queues.deliver(queue, refresh, asDeployed);
        errorTypes.push(...errors.map(({ errorType }) => errorType));
        aws.advance(550_000);
      }
    });
    expect(errorTypes).toEqual(Array(5).fill("PoisonMessageError"));
    expect(lines.map(({ message }) => message)).toEqual(Array(5).fill("poison in the queue"));
    expect(aws.queues.messages(queue)).toEqual([]);
    expect(aws.queues.messages(deadLetters)).toMatchObject([{ body: "{}" }]);
  });
});

describe("a cluster's own token, half of whose life is gone,", () => {
  const account = "ecr-pull-secrets";
  const lifeMs = 7_200_000;
  let clockMs: number;
  let own: KubernetesApi;
  let kubeconfig: string;

  beforeEach(async () => {
    clockMs = Date.now() - lifeMs / 2;
    own = await startKubernetesApi({ now: () => new Date(clockMs) });
    own.state.createNamespace("apps");
    own.state.createNamespace(account);
    const token = own.state.serviceAccountToken(account, account, lifeMs / 1_000);
    grant({ verbs: ["list", "patch", "create"], resources: ["secrets"], namespaces: ["apps"] });
    kubeconfig = own.kubeconfig({ name: "worker", token });
    aws.secrets.create(recordOf("own"), kubeconfig);
    clockMs = Date.now();
  });

  afterEach(async () => {
    await own.close();
    expect(own.surprises).toEqual([]);
  });

  const grant = (rule: AccessRule) =>
    own.state.grant(`system:serviceaccount:${account}:${account}`, [rule]);
  const record = () => aws.secrets.read(recordOf("own"));
  const tokenRequests = () => own.requests.filter(({ path }) => path.endsWith("/token"));

  test("is replaced by its successor, which the next sweep uses", async () => {
    grant({ verbs: ["create"], resources: ["serviceaccounts/token"], namespaces: [account] });
    const lines = await linesOf(async () => {
      const refresh = wireRefresh(settings());
      await expect(refresh({ cluster: "own" }, context)).resolves.toMatchObject({
        outcome: "ok",
        credential: { kind: "service-account-token", rotation: "done" },
      });
      // Tried out by what a sweep reads.
      expect(own.requests.map(({ verb, path }) => `${verb} ${path}`)).toEqual([
        "list /api/v1/namespaces/apps/secrets",
        "patch /api/v1/namespaces/apps/secrets/ecr-pull",
        `create /api/v1/namespaces/${account}/serviceaccounts/${account}/token`,
        "list /api/v1/namespaces/apps/secrets",
      ]);
      // Past the end of the first one.
      clockMs += lifeMs / 2 + 1_000;
      const next = await refresh({ cluster: "own" }, context);
      expect(next).toMatchObject({ outcome: "ok", counts: { current: 1 } });
      expect(next).not.toHaveProperty("credential.rotation");
    });
    expect(tokenRequests()).toMatchObject([{ status: 201 }]);
    const [issuedAt = "", expiresAt = ""] = (record()?.tags[credentialTag] ?? "").split("/");
    expect(Date.parse(expiresAt) - Date.parse(issuedAt)).toBe(lifeMs);
    expect(Date.parse(issuedAt)).toBeCloseTo(Date.now(), -4);
    expect(Object.values(record()?.stages ?? {})).toEqual(
      expect.arrayContaining([["AWSCURRENT"], ["AWSPREVIOUS"]]),
    );
    expect(lines.map(({ message }) => message)).toContain("credential rotated");
    const tokens = [kubeconfig, record()?.value ?? ""].map(tokenIn);
    expect(new Set(tokens).size).toBe(2);
    expect(tokens.filter((each) => JSON.stringify(lines).includes(each))).toEqual([]);
  });

  test("stays where it may not ask for another one, with a warning that says what to do", async () => {
    const lines = await linesOf(async () => {
      const refresh = wireRefresh(settings());
      await expect(refresh({ cluster: "own" }, context)).resolves.toMatchObject({ outcome: "ok" });
    });
    expect(tokenRequests()).toMatchObject([{ status: 403 }]);
    expect(record()?.value).toBe(kubeconfig);
    expect(record()?.tags).toHaveProperty(["ecr-pull-secrets:rotation-failing-since"]);
    expect(lines.find(({ message }) => message === "credential rotation failed")).toMatchObject({
      level: "WARN",
      cluster: "own",
      reason: expect.stringContaining(`${account}/${account} may not ask for its own token`),
      hint: "ecr-pull-secrets register own --context <context> --replace --stage dev",
    });
    expect(lines.find((line) => "CredentialRotationFailed" in line)).toBeDefined();
  });
});

test("a refresh without its stage's config doesn't start", () => {
  const configFile = join(folder, "gone.yml");
  expect(() => wireRefresh({ ...settings(), configFile })).toThrow(
    new ConfigError([
      { file: configFile, path: "", message: "not in the function's package: deploy it anew" },
    ]),
  );
});

function tokenIn(kubeconfig: string): string {
  const { users } = z
    .object({ users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]) })
    .parse(parse(kubeconfig));
  return users[0].user.token;
}

const isMetric = (line: Line) => "_aws" in line;

function disposable(api: KubernetesApi) {
  return { start: () => api.start(), [Symbol.asyncDispose]: () => api.close() };
}

async function poison(): Promise<void> {
  const client = new SQSClient({});
  const message = { MessageGroupId: "eu", MessageDeduplicationId: "1", MessageBody: "{}" };
  await client.send(new SendMessageCommand({ QueueUrl: queue, ...message }));
  client.destroy();
}

function tick() {
  return { source: "aws.events", "detail-type": "Scheduled Event", time: new Date().toISOString() };
}
