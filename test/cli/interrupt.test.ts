import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { faults } from "../fakes/aws/faults.ts";
import type { FaultAction } from "../fakes/kubernetes-api/faults.ts";
import { expectGolden } from "./golden.ts";
import { type Scene, startScene } from "./scene.ts";

/** More than are written at once, so that some haven't begun when somebody interrupts. */
const many = Array.from({ length: 246 }, (_, index) => `team-${index}`);
const selected = many.length + 1;

/** Generous for a busy machine, and far below the timeouts that would end it otherwise. */
const patienceMs = 4_000;

const reportShape = z.looseObject({
  outcome: z.string(),
  counts: z.looseObject({ created: z.number(), failed: z.number() }),
  failures: z.array(z.looseObject({ kind: z.string(), namespaces: z.array(z.string()) })),
});

/** @throws if it isn't so after 10 s */
async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > giveUpAt) throw new Error("it never happened");
    await sleep(10);
  }
}

const writes = ({ cluster }: Scene) =>
  cluster.requests.filter(({ method }) => method === "PATCH").length;

function faultOn(scene: Scene, method: string, action: FaultAction): void {
  scene.cluster.fault({ on: { method }, times: 10_000, do: action });
}

/** Takes connections and says nothing: a firewall, or a load balancer without anybody behind it. */
async function startSilentServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  return {
    url: `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    get connections() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), "close");
    },
  };
}

describe.concurrent("Ctrl-C", () => {
  test("in the midst of writing: what has begun is finished, the rest is left and said", async () => {
    await using scene = await startScene(many);
    faultOn(scene, "PATCH", { type: "delay", ms: 700 });
    const { child, finished } = scene.start([
      ...["refresh", ...scene.target, "--yes"],
      ...["--output", "json"],
    ]);
    await until(() => scene.cluster.peakInFlight > 50);
    const interruptedAt = Date.now();
    child.kill("SIGINT");

    const { exitCode, stdout, stderr } = await finished;

    expect(exitCode).toBe(130);
    expect(Date.now() - interruptedAt).toBeLessThan(patienceMs);
    expect(stderr).toContain("Interrupted: nothing new is begun.");
    const { outcome, counts, failures } = reportShape.parse(JSON.parse(stdout));
    const written = scene.cluster.state.secretsNamed("ecr-pull").size;
    expect(written).toBeGreaterThan(50);
    expect(written).toBeLessThan(selected);
    expect(outcome).toBe("failed");
    expect(counts).toMatchObject({ created: written, failed: selected - written });
    expect(failures.map(({ kind }) => kind)).toEqual(["interrupted"]);
    expect(failures[0]?.namespaces).toHaveLength(selected - written);
  });

  test("twice: what is in flight is given up", async () => {
    await using scene = await startScene(["shop", "team-a"]);
    faultOn(scene, "PATCH", { type: "hang" });
    const { child, finished } = scene.start(["refresh", ...scene.target, "--yes"]);
    await until(() => writes(scene) === 3 || scene.cluster.peakInFlight === 3);
    child.kill("SIGINT");
    await sleep(100);
    const secondAt = Date.now();
    child.kill("SIGINT");

    const run = await finished;

    expect(Date.now() - secondAt).toBeLessThan(patienceMs);
    await expectGolden("interrupted-twice", run);
    expect(run.exitCode).toBe(130);
  });

  test("while observing: nothing was changed", async () => {
    await using scene = await startScene();
    faultOn(scene, "GET", { type: "hang" });
    await expectStopped(scene, () => scene.cluster.peakInFlight > 0, "interrupted-observing");
  });

  test("while AWS doesn't answer: nothing was changed", async () => {
    await using scene = await startScene();
    scene.aws.fail("sts:GetCallerIdentity", faults.hang);
    const asked = () => scene.aws.count("sts:GetCallerIdentity") > 0;
    await expectStopped(scene, asked, "interrupted-identifying");
  });

  test("while connecting: nothing was changed", async () => {
    await using scene = await startScene();
    await using silent = await startSilentServer();
    const kubeconfig = scene.cluster.kubeconfig().replace(scene.cluster.url, silent.url);
    await scene.write("cluster.yaml", kubeconfig);
    await expectStopped(scene, () => silent.connections > 0, "interrupted-connecting");
  });

  test("while tokens are minted: nothing was changed, and all of it is named", async () => {
    await using scene = await startScene(["shop"]);
    scene.aws.fail("ecr:GetAuthorizationToken", faults.hang);
    const { child, finished } = scene.start(["refresh", ...scene.target, "--yes"]);
    await until(() => scene.aws.count("ecr:GetAuthorizationToken") > 0);
    const interruptedAt = Date.now();
    child.kill("SIGINT");

    const run = await finished;

    expect(Date.now() - interruptedAt).toBeLessThan(patienceMs);
    await expectGolden("interrupted-minting", run);
    expect(run.exitCode).toBe(130);
    expect(scene.cluster.state.secretsNamed("ecr-pull").size).toBe(0);
  });

  async function expectStopped(scene: Scene, isUnderWay: () => boolean, golden: string) {
    const { child, finished } = scene.start(["refresh", ...scene.target, "--yes"]);
    await until(isUnderWay);
    const interruptedAt = Date.now();
    child.kill("SIGINT");

    const run = await finished;

    expect(Date.now() - interruptedAt).toBeLessThan(patienceMs);
    await expectGolden(golden, run);
    expect(run).toMatchObject({ exitCode: 130, stdout: "" });
  }
});

describe.concurrent("a reader that goes away", () => {
  const args = (scene: Scene) => ["refresh", ...scene.target, "--yes"];

  test.each(["stdout", "stderr"] as const)("of %s: all is done, without a word", async (stream) => {
    await using scene = await startScene(["shop"]);
    const { child, finished } = scene.start(args(scene));
    child[stream].destroy();

    const run = await finished;

    expect(run).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("Error") });
    expect(scene.cluster.state.secretsNamed("ecr-pull").size).toBe(2);
  });

  test("doesn't make a success of a failure", async () => {
    await using scene = await startScene(["shop"]);
    scene.aws.deny("ecr:GetAuthorizationToken");
    const { child, finished } = scene.start(args(scene));
    child.stdout.destroy();

    expect(await finished).toMatchObject({ exitCode: 1 });
  });
});
