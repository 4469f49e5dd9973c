/**
 * The life of a stage by `serverless deploy` and `serverless remove`: the first one, those that go
 * wrong, upgrades, and what is left in the end. Whoever deploys may do what docs/deploy-policy.json
 * says. The tests follow one another.
 */
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../parts/free-port.ts";
import { expectCode } from "../register/finished.ts";
import { objectsOfOurs } from "../register/inventory.ts";
import { type Scene, startScene } from "../register/scene.ts";
import { isSweepOf } from "../stack/lines.ts";
import { readSecrets } from "../sweep/contents.ts";
import { sweeperName } from "../sweep/rights.ts";
import { deployer } from "./deployer.ts";
import { runServerless, type ServerlessRun, sectionIn } from "./serverless.ts";

/** Seldom enough for every tick to be one of ours. */
const config = `
schedule: rate(60 minutes)
alarms: { email: platform@example.com }
pullSecrets:
  - name: ecr-pull
    namespaces: { include: ["shop-*"] }
    serviceAccounts: [default]
    registries: [{ type: ecr, region: us-east-1 }]
`;
/** All about it is another but what it wants in the clusters; for `prune` it asks for a right more. */
const upgraded = `
schedule: rate(30 minutes)
metrics: { perCluster: true }
aws:
  tags: { team: platform }
  logRetentionDays: 90
  concurrency: { queue: 5, reserved: 10 }
pullSecrets:
  - name: ecr-pull
    namespaces: { include: ["shop-*"] }
    serviceAccounts: [default]
    prune: true
    registries: [{ type: ecr, region: us-east-1 }]
`;
const record = "ecr-pull-secrets/prod/clusters/prod-eu";
const options = "--stage prod --region us-east-1";
const topic = "arn:aws:sns:us-east-1:000000000000:ecr-pull-secrets-prod-alarms";

let scene: Scene<"prod-eu">;
/** Of whoever deploys. */
let everyRight: Readonly<Record<string, string>>;

beforeAll(async () => {
  scene = await startScene({
    config,
    namespaces: ["shop-berlin", "shop-lima", "billing"],
    clusters: { "prod-eu": { audit: true, controllerManager: true } },
  });
  everyRight = await deployer(scene.stack.aws, "deployer");
});
afterAll(() => scene?.[Symbol.asyncDispose]());

const serverless = (line: string, env = everyRight) =>
  runServerless(scene.stack.clone.directory, env, line);

/** A command as it was printed, but for the cluster's context, which only the reader knows. */
const typed = (line: string, more = "") =>
  scene.shell.run(`${line.replace("<context>", "prod-eu").replace("<cluster>", "prod-eu")}${more}`);

/** What the sweeper has written in the cluster meanwhile; it has to have looked at least. */
async function writesDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const events = await scene.clusters["prod-eu"].audit.eventsDuring(work);
  const bySweeper = events.filter(({ user }) => user === sweeperName());
  expect(bySweeper.map(({ verb }) => verb)).toContain("list");
  return bySweeper
    .filter(({ verb }) => !["get", "list"].includes(verb))
    .map(({ verb, requestUri }) => `${verb} ${requestUri}`);
}

/** UIDs and versions of all pull secrets, by namespace. */
async function secretVersions() {
  const secrets = await readSecrets(scene.clusters["prod-eu"].kubectl);
  return [...secrets].map(([namespace, { metadata }]) => ({
    namespace,
    uid: metadata.uid,
    version: metadata.resourceVersion,
  }));
}

const sweeps = async () => (await scene.stack.lines()).filter(isSweepOf("prod-eu", "done")).length;

/** The schedule fires, and the sweep that it sets off is done. */
async function tick(): Promise<void> {
  const { aws } = scene.stack;
  const { endpoint, region, credentials } = aws;
  // A deploy takes what tests have added; the emulator asks for an action that AWS doesn't have.
  const batch = { Action: "sqs:SendMessageBatch", Resource: "*" };
  await aws.iam.putRolePolicy(`ecr-pull-secrets-prod-dispatch-${region}`, "emulator", batch);
  const before = await sweeps();
  const event = { source: "aws.events", time: new Date().toISOString().replace(/\.\d+Z$/, "Z") };
  const { FunctionError, Payload } = await new LambdaClient({ endpoint, region, credentials }).send(
    new InvokeCommand({
      FunctionName: "ecr-pull-secrets-prod-dispatch",
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
  expect(FunctionError, Payload?.transformToString()).toBeUndefined();
  await scene.stack.untilLines(isSweepOf("prod-eu", "done"), before + 1);
}

test("the first deploy names the command that registers a cluster, which then works", async () => {
  const [said = ""] = await scene.stack.allTexts();
  const first = { stdout: said };
  expect(sectionIn(first, "register a cluster")).toEqual([
    `npx ecr-pull-secrets register <cluster> --context <context> ${options}`,
  ]);
  // The emulator asks no address to confirm.
  expect(sectionIn(first, "alarms")).toEqual([`go to ${topic}`, "platform@example.com hears them"]);
  const [command = ""] = sectionIn(first, "register a cluster");
  expectCode(0, await typed(command, " --yes"));
  expect((await secretVersions()).map(({ namespace }) => namespace)).toEqual([
    "shop-berlin",
    "shop-lima",
  ]);
});

/** Packaged once: packaging it again would change nothing. */
const again = "deploy --stage prod --force --package packed";

/** Whom Serverless names: the caller, or nobody. */
const refusals = [
  { action: "cloudformation:CreateChangeSet", names: "arn:aws:sts::\\d{12}:assumed-role/\\S+" },
  { action: "s3:ListBucket", names: "whoever deploys" },
  { action: "s3:PutObject", names: "(?:whoever deploys|arn:aws:sts::\\d{12}:assumed-role/\\S+)" },
];

test("a deploy by somebody who lacks a right says which, and changes nothing", async () => {
  expectCode(0, await serverless("package --stage prod --package packed"));
  const deployedAt = await lastDeployedAt();
  for (const { action, names } of refusals) {
    const lacking = await deployer(scene.stack.aws, `lacks-${action.replace(":", "-")}`, [action]);
    const { code, stdout } = await serverless(again, lacking);
    expect({ action, code }).toEqual({ action, code: 1 });
    const hint = `→ Allow ${action} in a policy of ${names}. All that a deploy needs: docs/deploy-policy.json`;
    expect(stdout).toMatch(new RegExp(hint));
    expect(stdout).not.toMatch(/^ +at /m);
  }
  expect(await lastDeployedAt()).toEqual(deployedAt);
});

async function lastDeployedAt() {
  const { endpoint, region, credentials } = scene.stack.aws;
  const client = new CloudFormationClient({ endpoint, region, credentials });
  const command = new DescribeStacksCommand({ StackName: "ecr-pull-secrets-prod" });
  const { Stacks: [stack] = [] } = await client.send(command);
  return { status: stack?.StackStatus, at: stack?.LastUpdatedTime };
}

interface CannotBegin {
  readonly line?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly says: RegExp;
}

test("a deploy that can't begin says why in one message, soon", async () => {
  const { clone, aws } = scene.stack;
  const long = "a-stage-whose-name-is-longer-than-aws-can-take";
  await clone.configure(long, config);
  const port = await freePort();
  const cases: readonly CannotBegin[] = [
    {
      line: "deploy --stage produ",
      says: /config\/produ\.yml: no such file; there are .*config\/prod\.yml.*did you mean config\/prod\.yml\?/s,
    },
    {
      line: `package --stage ${long}`,
      says: /a stage can't be called "a-stage-whose-.*leave it up to 28 letters.*found 46 characters/s,
    },
    {
      env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" },
      says: /credentials not found.*→ Sign in \(`aws sso login`\)/s,
    },
    {
      env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
      says: /ECONNREFUSED.*→ Check the network/s,
    },
  ];
  for (const { line = again, env = {}, says } of cases) {
    const { code, stdout, seconds } = await serverless(line, { ...aws.env, ...env });
    expect(stdout).toMatch(says);
    expect({ code, isSoon: seconds < 60 }).toEqual({ code: 1, isSoon: true });
    expect(stdout.match(/^Error:$/gm)).toHaveLength(1);
  }
});

/** As they were after the sweep that registered the cluster. */
let versions: Awaited<ReturnType<typeof secretVersions>>;

test("a deploy of the same changes nothing, and has succeeded also where it may not look", async () => {
  versions = await secretVersions();
  const lacking = await deployer(scene.stack.aws, "lacks-list", ["secretsmanager:ListSecrets"]);
  let run: ServerlessRun | undefined;
  const writes = await writesDuring(async () => {
    run = await serverless("deploy --stage prod", lacking);
    await tick();
  });

  if (run === undefined) throw new Error("nothing ran");
  expectCode(0, run);
  expect(sectionIn(run, "registered clusters")).toEqual([
    expect.stringMatching(
      /^couldn't be looked at: AWS denied secretsmanager:ListSecrets in us-east-1 to arn:/,
    ),
    expect.stringContaining("Allow secretsmanager:ListSecrets"),
    "whether they granted what the config asks for, this tells:",
    `npx ecr-pull-secrets list ${options}`,
  ]);
  expect(writes).toEqual([]);
  expect(await secretVersions()).toEqual(versions);
});

test("a deploy of other options touches no secret, and warns of rights that nobody granted", async () => {
  await scene.stack.clone.configure("prod", upgraded);
  let run: ServerlessRun | undefined;
  const writes = await writesDuring(async () => {
    run = await serverless("deploy --stage prod");
    await tick();
  });

  if (run === undefined) throw new Error("nothing ran");
  expectCode(0, run);
  const outdated =
    "The config asks for other rights than were granted in 1 of 1 registered clusters: prod-eu";
  const [warned, done] = [outdated, "Service deployed"].map((text) => run?.stderr.indexOf(text));
  expect(warned).toBeGreaterThan(-1);
  expect(warned).toBeLessThan(done ?? -1);
  expect(sectionIn(run, "rights to grant")).toEqual([
    outdated,
    `npx ecr-pull-secrets register prod-eu --context <context> ${options}`,
  ]);
  expect(sectionIn(run, "sweep now")).toEqual([`npx ecr-pull-secrets refresh ${options}`]);
  expect(sectionIn(run, "alarms")).toEqual([
    `go to ${topic}`,
    "nobody hears them before somebody subscribes:",
    `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint <address> --region us-east-1`,
  ]);
  expect(writes).toEqual([]);
  expect(await secretVersions()).toEqual(versions);
});

test("what an earlier version left in tags and in the queue is understood, and nothing is due", async () => {
  const { aws, queues, records } = scene.stack;
  const { endpoint, region, credentials } = aws;
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const since = new Date(Date.now() - 7_200_000).toISOString().replace(/\.\d+Z$/, "Z");
  // It had failed for long, and that version told nobody of single clusters.
  const Tags = [{ Key: "ecr-pull-secrets:failing-since", Value: since }];
  await client.send(new TagResourceCommand({ SecretId: record, Tags }));
  await client.send(
    new UntagResourceCommand({
      SecretId: record,
      TagKeys: ["ecr-pull-secrets:failure-told-at", "ecr-pull-secrets:credential"],
    }),
  );
  const tags = await records.tags("prod-eu");
  const expiresAt = tags["ecr-pull-secrets:expires-at"];
  const first = { cluster: "prod-eu", tick: new Date() };
  const state = { expiresAt, failingSince: since, rbac: tags["ecr-pull-secrets:rbac"] };
  const writes = await writesDuring(async () => {
    const before = await sweeps();
    for (const message of [
      first,
      { ...first, state },
      { ...first, state: { ...state, credential: null, rotationFailingSince: null } },
    ]) {
      await queues.send(JSON.stringify(message), "prod-eu");
    }
    await scene.stack.untilLines(isSweepOf("prod-eu", "done"), before + 3);
    await tick();
  });

  expect(writes).toEqual([]);
  expect(await secretVersions()).toEqual(versions);
  expect(await queues.deadLetters()).toEqual([]);
  expect(Object.keys(await records.tags("prod-eu")).toSorted()).toEqual([
    "ecr-pull-secrets:credential",
    "ecr-pull-secrets:expires-at",
    "ecr-pull-secrets:rbac",
  ]);
});

test("the commands that a deploy prints grant the rights, and sweep", async () => {
  expectCode(
    0,
    await typed(`npx ecr-pull-secrets register prod-eu --context <context> ${options}`, " --yes"),
  );
  expectCode(0, await typed(`npx ecr-pull-secrets refresh ${options}`, " --yes"));
  const listed = await typed(`npx ecr-pull-secrets list ${options} --output json`);
  expect(JSON.parse(listed.stdout)).toMatchObject({
    clusters: [{ cluster: "prod-eu", state: "ok", rights: "ok" }],
  });
});

test("a removal leaves records and clusters alone, and says what remains and how it goes", async () => {
  const { kubectl } = scene.clusters["prod-eu"];
  const before = await objectsOfOurs(kubectl);
  const run = await serverless("remove --stage prod");

  expectCode(0, run);
  const stays = "1 cluster stays registered: prod-eu.";
  const [warned, done] = [stays, "successfully removed"].map((text) => run.stderr.indexOf(text));
  expect(warned).toBeGreaterThan(-1);
  expect(warned).toBeLessThan(done ?? -1);
  expect(run.stderr).toMatch(/The first expire in 1[01] h( \d+ min)?, in prod-eu/);
  expect(sectionIn(run, "what remains")).toEqual([
    "1 record in Secrets Manager, ecr-pull-secrets/prod/clusters/<cluster>: prod-eu",
    "in each of these clusters: the pull secrets, and what register made there",
  ]);
  expect(await scene.stack.records.secretNames()).toEqual([record]);
  expect(await objectsOfOurs(kubectl)).toEqual(before);
  expect(await secretVersions()).toEqual(versions);

  const [command = ""] = sectionIn(run, "to take it away");
  expect(command).toBe(`npx ecr-pull-secrets unregister prod-eu --context <context> ${options}`);
  expectCode(0, await typed(command, " --yes"));
  expect(await scene.stack.records.secretNames()).toEqual([]);
  await expect.poll(() => objectsOfOurs(kubectl), { timeout: 30_000 }).toEqual([]);
});
