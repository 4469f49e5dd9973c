import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { kubeconfigText } from "../kubernetes/kubeconfig-fixtures.ts";
import { canary, failed, scenes } from "./worker-scene.ts";

const start = scenes();

const user = (fields: object) => kubeconfigText({ user: { ...fields } });
const server = (fields: object) => kubeconfigText({ cluster: { ...fields } });
const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: ["-c", canary] };

/** Not a seed of chance in the name of a test: any bytes will do. */
const garbage = randomBytes(48 * 1024).toString("base64");

describe("a record is a failed sweep by name, never a broken function, that", () => {
  test.each<[string, string | Buffer | undefined, RegExp]>([
    ["has no value", undefined, /holds no value/],
    ["is empty", "", /is empty/],
    ["is blank", " \n", /is empty/],
    ["is binary", Buffer.from([0, 159, 146, 150]), /holds binary data/],
    ["is a kubeconfig, but binary", Buffer.from(kubeconfigText()), /holds binary data/],
    ["is 64 KiB of garbage", garbage, /top level is no mapping|isn't valid YAML/],
    ["is 64 KiB of brackets", "[".repeat(65_536), /too deep|isn't valid YAML/],
    ["holds control characters", `a: \u0000${canary}`, /aren't text/],
    ["is JSON of something else", JSON.stringify({ token: canary }), /has no context/],
    ["runs a program", user({ exec }), /runs a program/],
    ["has an auth-provider", user({ "auth-provider": { name: canary } }), /can't do/],
    ["names a token file", user({ tokenFile: `/run/${canary}` }), /names a file/],
    ["names a key file", user({ "client-key": canary, token: canary }), /names a file/],
    ["has basic auth", user({ username: "admin", password: canary }), /basic auth/],
    ["impersonates", user({ token: canary, as: "admin" }), /impersonates/],
    ["holds no credential", user({}), /holds no credential/],
    ["names a CA file", server({ "certificate-authority": `/etc/${canary}` }), /names a file/],
    ["is plain http", server({ server: `http://${canary}.example` }), /plain http/],
    [
      "skips TLS",
      server({ "insecure-skip-tls-verify": true, "certificate-authority-data": undefined }),
      /skip/,
    ],
  ])("%s", async (_, content, reason) => {
    const scene = await start();
    scene.register("odd", content);
    const { serve, swept } = scene.newFunction();
    await expect(serve(scene.delivery("odd"))).resolves.toEqual(failed);
    expect(swept).toMatchObject([
      { cluster: "odd", outcome: "failed", failures: [{ kind: "kubeconfig" }] },
    ]);
    expect(swept[0]?.failures[0]?.message).toMatch(reason);
    expect(swept[0]?.failures[0]?.hint).toMatch(/\w/);
    expect(scene.tags("odd")).toEqual({ "failing-since": "2026-11-21T12:00:00Z" });
  });

  test("is one of many keeps none of the others from their sweep", async () => {
    const scene = await start(["a"]);
    scene.register("odd", "");
    const cluster = await scene.startCluster("eu");
    const { serve } = scene.newFunction();
    await serve(scene.delivery("odd"));
    await serve(scene.delivery("eu"));
    expect(cluster.state.secretsNamed("ecr-pull").size).toBe(1);
  });
});
