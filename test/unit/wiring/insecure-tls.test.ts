/** `allowInsecureTls`, through the function as it is deployed. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pico from "picocolors";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { renderPlan } from "../../../src/cli/print/plan.ts";
import { planAnswer } from "../../../src/cli/registered/answers.ts";
import { wireRefresh } from "../../../src/wiring/refresh.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { linesOf } from "../telemetry/captured-output.ts";

const config = `
pullSecrets:
  - name: ecr-pull
    namespaces: [apps]
    registries: [{ type: ecr, region: us-east-1 }]
allowInsecureTls: [lab]
`;
const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 90_000 };

let aws: FakeAws;
let cluster: KubernetesApi;
let folder: string;

beforeEach(async () => {
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  cluster = await startKubernetesApi();
  cluster.state.createNamespace("apps");
  folder = await mkdtemp(join(tmpdir(), "insecure-tls-"));
  await writeFile(join(folder, "dev.yml"), config);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([aws.close(), cluster.close(), rm(folder, { recursive: true })]);
});

/** The same kubeconfig, without a CA to verify by. */
function unverified(): string {
  const kubeconfig = parse(cluster.kubeconfig());
  kubeconfig.clusters[0].cluster = { server: cluster.url, "insecure-skip-tls-verify": true };
  return stringify(kubeconfig);
}

/** @returns what the function answers, its logs kept from the terminal */
async function ask(name: string, mode: string): Promise<unknown> {
  aws.secrets.create(`ecr-pull-secrets/dev/clusters/${name}`, unverified());
  let answer: unknown;
  await linesOf(async () => {
    const refresh = wireRefresh({
      stage: "dev",
      region: aws.region,
      account: aws.account,
      queueUrl: aws.queues.create("refresh.fifo").url,
      topicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
      schedulePeriodMinutes: 10,
      configFile: join(folder, "dev.yml"),
    });
    answer = await refresh({ cluster: name, mode }, context);
  });
  return answer;
}

test("a cluster that the config names is swept, whoever answers", async () => {
  await expect(ask("lab", "sweep")).resolves.toMatchObject({ outcome: "ok" });
  expect(cluster.state.secretsNamed("ecr-pull").size).toBe(1);
});

test("any other cluster is refused before anything is sent", async () => {
  await expect(ask("prod", "sweep")).resolves.toMatchObject({
    outcome: "failed",
    failures: [
      { kind: "kubeconfig", message: expect.stringContaining("insecure-skip-tls-verify") },
    ],
  });
  expect(cluster.requests).toEqual([]);
});

test("its plan says so, loudly", async () => {
  const plan = planAnswer.parse(await ask("lab", "plan"));
  expect(plan).toMatchObject({ outcome: "ok", unverified: true });
  const paint = pico.createColors(false);
  const text = renderPlan(plan, {
    paint,
    columns: 200,
    rowColumns: 200,
    maxRows: 40,
    now: new Date(),
  });
  expect(text).toContain("! the API server's certificate is NOT verified");
  expect(text).toContain("take the credential of lab, and every token");
});

test("its diagnosis warns of it", async () => {
  const { checks } = (await ask("lab", "check")) as { checks: { check: string }[] };
  expect(checks).toContainEqual(
    expect.objectContaining({
      check: "the API server's certificate is trusted",
      result: "warning",
      message: expect.stringMatching(/which nobody verifies$/),
      hint: expect.stringContaining("out of the config's allowInsecureTls"),
    }),
  );
});
