import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  loadTrustedKubeconfig,
  type TrustedOptions,
} from "../../../src/kubernetes/kubeconfig-trusted.ts";
import {
  base64,
  ca,
  canary,
  client,
  kubeconfigText,
  now,
  otherClient,
  type Parts,
  refusalBy,
  token,
} from "./kubeconfig-fixtures.ts";

const v1 = "client.authentication.k8s.io/v1";

let folder: string;
let clock = now;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubeconfig-plugin-"));
  clock = now;
});

afterEach(() => rm(folder, { recursive: true }));

type Exec = Readonly<Record<string, unknown>>;

/** The user's access to a cluster whose credential comes from this exec stanza. */
async function access(exec: Exec, options: Partial<TrustedOptions> = {}, parts: Parts = {}) {
  const kubeconfig = join(folder, "config");
  const user = { exec: { apiVersion: v1, interactiveMode: "IfAvailable", ...exec } };
  await writeFile(kubeconfig, kubeconfigText({ user, ...parts }));
  const env = { PATH: process.env["PATH"], CALLER: "kept", OVERRIDDEN: "by the caller" };
  return loadTrustedKubeconfig({ kubeconfig, env, home: folder, now: () => clock, ...options });
}

/** A plugin that runs this body; `print(status)` answers with an ExecCredential. */
async function plugin(body: string, name = "plugin.mjs"): Promise<Exec> {
  const file = join(folder, name);
  const script = `#!${process.execPath}
    import { appendFileSync } from "node:fs";
    appendFileSync(${JSON.stringify(join(folder, "runs"))}, "x");
    const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
    const print = (status) => console.log(JSON.stringify({ ...info, spec: {}, status }));
    ${body}`;
  await writeFile(file, script);
  await chmod(file, 0o700);
  return { command: process.execPath, args: [file] };
}

async function runs(): Promise<number> {
  return (await readFile(join(folder, "runs"), "utf8")).length;
}

function printing(status: unknown): string {
  return `print(${JSON.stringify(status)});`;
}

describe("an exec plugin", () => {
  test("gives a token and its expiry", async () => {
    const expirationTimestamp = "2026-03-01T12:15:00Z";
    const cluster = await access(await plugin(printing({ token, expirationTimestamp })));
    const credential = await cluster.credential();
    expect(credential.token?.reveal()).toBe(token);
    expect(credential.expiresAt).toEqual(new Date(expirationTimestamp));
    expect(credential.clientCertificate).toBeUndefined();
  });

  test("gives a client certificate", async () => {
    const status = { clientCertificateData: client.cert, clientKeyData: client.key };
    const credential = await (await access(await plugin(printing(status)))).credential();
    expect(credential.clientCertificate?.certificate.trim()).toBe(client.cert.trim());
    expect(credential.clientCertificate?.key.reveal()).toBe(client.key);
    expect(credential.token).toBeUndefined();
  });

  test("isn't run before it is needed, and once for all who wait", async () => {
    const cluster = await access(await plugin(printing({ token })));
    await expect(runs()).rejects.toThrow("ENOENT");
    await Promise.all(Array.from({ length: 5 }, () => cluster.credential()));
    await cluster.credential();
    expect(await runs()).toBe(1);
  });

  test("runs again when its credential is about to expire", async () => {
    const expirationTimestamp = "2026-03-01T12:15:00+00:00";
    const cluster = await access(await plugin(printing({ token, expirationTimestamp })));
    await cluster.credential();
    clock = new Date("2026-03-01T12:14:49Z");
    await cluster.credential();
    expect(await runs()).toBe(1);
    clock = new Date("2026-03-01T12:14:51Z");
    await cluster.credential();
    expect(await runs()).toBe(2);
  });

  test("runs again after it failed", async () => {
    const body = `
      import { readFileSync } from "node:fs";
      if (readFileSync(${JSON.stringify(join(folder, "runs"))}).length === 1) process.exit(1);
      ${printing({ token })}`;
    const cluster = await access(await plugin(body));
    await refusalBy(() => cluster.credential());
    expect((await cluster.credential()).token?.reveal()).toBe(token);
  });

  test("gets the caller's environment, its own, and KUBERNETES_EXEC_INFO", async () => {
    const seen = join(folder, "seen");
    const body = `
      import { writeFileSync } from "node:fs";
      const { CALLER, OVERRIDDEN, OWN } = process.env;
      writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ CALLER, OVERRIDDEN, OWN, info }));
      ${printing({ token })}`;
    const env = [
      { name: "OWN", value: "of the stanza" },
      { name: "OVERRIDDEN", value: "by the stanza" },
      { name: "KUBERNETES_EXEC_INFO", value: "{}" },
    ];
    await (await access({ ...(await plugin(body)), env })).credential();
    expect(JSON.parse(await readFile(seen, "utf8"))).toEqual({
      CALLER: "kept",
      OVERRIDDEN: "by the stanza",
      OWN: "of the stanza",
      info: { kind: "ExecCredential", apiVersion: v1, spec: { interactive: false } },
    });
  });

  test("is told of the cluster if it asks", async () => {
    const seen = join(folder, "seen");
    const body = `
      import { writeFileSync } from "node:fs";
      writeFileSync(${JSON.stringify(seen)}, JSON.stringify(info.spec.cluster));
      ${printing({ token })}`;
    const cluster = {
      "tls-server-name": "api.internal",
      "proxy-url": "http://u:p@proxy.example",
      extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "a" } }],
    };
    const stanza = { ...(await plugin(body)), apiVersion: v1, provideClusterInfo: true };
    await (await access({}, {}, { cluster, user: { exec: stanza } })).credential();
    const info = JSON.parse(await readFile(seen, "utf8"));
    expect(Buffer.from(info["certificate-authority-data"], "base64").toString().trim()).toBe(
      ca.cert.trim(),
    );
    expect(info).toMatchObject({
      server: "https://api.prod.example:6443",
      "tls-server-name": "api.internal",
      "proxy-url": "http://u:p@proxy.example",
      config: { audience: "a" },
    });
  });

  test("is found beside its kubeconfig by a relative path", async () => {
    await plugin(printing({ token }), "login.mjs");
    const cluster = await access({ command: "./login.mjs" });
    expect((await cluster.credential()).token?.reveal()).toBe(token);
  });

  test("isn't run where there is a token", async () => {
    const exec = { apiVersion: v1, ...(await plugin(printing({ token: "of the plugin" }))) };
    const cluster = await access({}, {}, { user: { token, exec } });
    expect((await cluster.credential()).token?.reveal()).toBe(token);
    await expect(runs()).rejects.toThrow("ENOENT");
  });

  test("may talk to a person who is there", async () => {
    const shown: string[] = [];
    const terminal = { write: (text: string) => shown.push(text) };
    const body = `if (info.spec.interactive) { console.error("open this page"); ${printing({ token })} }`;
    await (await access(await plugin(body), { terminal })).credential();
    expect(shown.join("")).toBe("open this page\n");
  });

  test("doesn't ask if it is told never to", async () => {
    const shown: string[] = [];
    const terminal = { write: (text: string) => shown.push(text) };
    const body = `console.error("hello"); print({ token: String(info.spec.interactive) });`;
    const cluster = await access(
      { ...(await plugin(body)), interactiveMode: "Never" },
      { terminal },
    );
    expect((await cluster.credential()).token?.reveal()).toBe("false");
    expect(shown).toEqual([]);
  });
});

describe("an exec plugin fails", () => {
  const who = '(user "prod-user" of context "prod")';

  async function failure(exec: Exec, options: Partial<TrustedOptions> = {}) {
    const cluster = await access(exec, options);
    const error = await refusalBy(() => cluster.credential());
    expect(error.message).toContain(`${join(folder, "config")}: users[0].user.exec`);
    return error;
  }

  test("that isn't installed, with its own hint", async () => {
    const installHint = "\u001b[1mGet it\u001b[0m from https://example.com/kubelogin\n";
    const error = await failure({ command: "kubelogin-absent", args: [canary], installHint });
    expect(error.message).toContain(`needs "kubelogin-absent" ${who}, which isn't installed`);
    expect(error.hint).toBe("Get it from https://example.com/kubelogin");
  });

  test("that isn't installed, and has no hint", async () => {
    expect((await failure({ command: "kubelogin-absent" })).hint).toMatch(/^Install it/);
  });

  test.each([
    ["aws", "the AWS CLI"],
    ["aws-iam-authenticator", "https://github.com/kubernetes-sigs/aws-iam-authenticator"],
    ["gke-gcloud-auth-plugin", "gcloud components install"],
    ["kubelogin", "azure.github.io/kubelogin"],
    ["./bin/kubectl-oidc_login", "krew install oidc-login"],
    ["constructor", "Install it, or choose a context that doesn't need it."],
  ])("that isn't installed, with the way to get %s", async (command, hint) => {
    const error = await failure({ command }, { env: { PATH: folder } });
    expect(error.message).toContain(`${command.split("/").at(-1)}" ${who}, which isn't installed`);
    expect(error.hint).toContain(hint);
  });

  test("because a login has ended, with the way to log in again", async () => {
    await plugin(
      `console.error("Token has expired and refresh failed"); process.exit(255);`,
      "aws",
    );
    const error = await failure({ command: "./aws", args: ["eks", "get-token"] });
    expect(error.message).toMatch(/which failed \(255\): Token has expired and refresh failed$/);
    expect(error.hint).toMatch(/`aws sso login`.*`kubectl --context "prod" get namespaces`\.$/);
  });

  test("that can't be started", async () => {
    await writeFile(join(folder, "data"), canary);
    const error = await failure({ command: "./data" });
    expect(error.message).toMatch(/"[^"]*\/data" .*can't be started \(EACCES\)/);
  });

  test("that has an argument no program can have", async () => {
    const error = await failure({ command: process.execPath, args: [`\0${canary}`] });
    expect(error.message).toContain("can't be started (ERR_INVALID_ARG_VALUE)");
  });

  test("with its exit code and the end of what it said", async () => {
    const secret = `${canary}${"a1B2".repeat(12)}`;
    const body = `console.error("first\\n\\u001b[31mThe SSO session ended: ${secret}\\u001b[0m\\n");
      process.exit(7);`;
    const error = await failure(await plugin(body));
    expect(error.message).toMatch(/which failed \(7\): The SSO session ended: …$/);
    expect(error.hint).toContain('kubectl --context "prod" get namespaces');
  });

  test("with no word", async () => {
    expect((await failure(await plugin("process.exit(3)"))).message).toMatch(/failed \(3\)$/);
  });

  test("by a signal", async () => {
    const error = await failure(await plugin('process.kill(process.pid, "SIGTERM")'));
    expect(error.message).toContain("which failed (SIGTERM)");
  });

  test("by taking too long", async () => {
    const exec = await plugin("setTimeout(() => {}, 30_000)");
    const error = await failure(exec, { pluginTimeoutMs: 300 });
    expect(error.message).toContain("which took over 0.3 s");
  });

  test("by asking when nobody is there", async () => {
    const body = `process.stdin.on("end", () => process.exit(5)).resume();`;
    expect((await failure(await plugin(body))).message).toContain("failed (5)");
    const error = await failure({ command: "x", interactiveMode: "Always" });
    expect(error.message).toContain("interactiveMode needs a terminal");
  });

  test("by printing without end", async () => {
    const body = `process.stdout.on("error", () => process.exit());
      setInterval(() => process.stdout.write("${canary}".repeat(50_000)), 1);`;
    expect((await failure(await plugin(body))).message).toContain("printed over 1 MiB");
  });

  test.each([
    ["nothing", ""],
    ["garbage", `console.log("${canary} not JSON")`],
    ["half of its answer", `process.stdout.write('{"status": {"token": "${canary}')`],
    ["another kind", `console.log(JSON.stringify({ kind: "${canary}", apiVersion: "v1" }))`],
    ["no status", "print(undefined)"],
    ["a token that is a number", "print({ token: 1 })"],
    ["a time that is none", `print({ token: "${canary}", expirationTimestamp: "soon" })`],
  ])("by printing %s", async (_, body) => {
    expect((await failure(await plugin(body))).message).toContain("no valid ExecCredential");
  });

  test.each([
    ["an empty status", printing({}), "gave no credential"],
    ["a token with spaces", printing({ token: `a ${canary}` }), "status.token is empty, or holds"],
    [
      "half of a certificate",
      printing({ clientCertificateData: client.cert }),
      "status has a client certificate without its key",
    ],
    [
      "another's key",
      printing({ clientCertificateData: client.cert, clientKeyData: otherClient.key }),
      "status.clientKeyData doesn't belong",
    ],
    [
      "base64 for PEM",
      printing({ clientCertificateData: base64(client.cert), clientKeyData: base64(client.key) }),
      "status.clientCertificateData holds no PEM certificate",
    ],
    [
      "another version",
      `info.apiVersion = "client.authentication.k8s.io/v1beta1"; ${printing({ token })}`,
      "another apiVersion",
    ],
  ])("by giving %s", async (_, body, problem) => {
    expect((await failure(await plugin(body))).message).toContain(problem);
  });

  test.each([
    ["no command", { command: undefined }, "command is missing"],
    ["a version that is gone", { command: "x", apiVersion: `${v1}alpha1` }, "apiVersion isn't one"],
    ["no version", { command: "x", apiVersion: undefined }, "apiVersion isn't one"],
  ])("that has %s", async (_, exec, problem) => {
    expect((await failure(exec)).message).toContain(problem);
  });
});
