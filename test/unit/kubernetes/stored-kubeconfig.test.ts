import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { ClusterAccess, ClusterEndpoint } from "../../../src/kubernetes/cluster-access.ts";
import { loadTrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-trusted.ts";
import {
  describeStoredCredential,
  renderStoredKubeconfig,
  type StoredUser,
  withToken,
} from "../../../src/kubernetes/stored-kubeconfig.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  base64,
  ca,
  canary,
  client,
  expiredClient,
  future,
  jwt,
  kubeconfigText,
  now,
  parse,
  past,
  refusalBy,
  token,
} from "./kubeconfig-fixtures.ts";

const issued = new Date("2026-03-01T00:00:00Z");
const seconds = (date: Date) => date.getTime() / 1000;
const accountClaims = {
  sub: "system:serviceaccount:ecr-pull-secrets:ecr-pull-secrets",
  iat: seconds(issued),
  exp: seconds(future),
};
const accountToken = jwt(accountClaims);

const endpoint: ClusterEndpoint = {
  context: "admin@prod",
  server: new URL("https://api.prod.example:6443"),
  ca: ca.cert,
  tlsServerName: undefined,
  insecureSkipTlsVerify: false,
  proxy: undefined,
};
const tokenUser: StoredUser = { kind: "token", token: new SecretValue(accountToken) };

const opaque = new SecretValue("opaque");

function render(parts: Partial<Parameters<typeof renderStoredKubeconfig>[0]> = {}): string {
  const whole = { cluster: "prod-eu", endpoint, user: tokenUser, ...parts };
  return renderStoredKubeconfig(whole).reveal();
}

function describeText(text: string) {
  return describeStoredCredential(new SecretValue(text));
}

describe("a kubeconfig that is rendered", () => {
  test("says just how to reach the cluster, with the wanted life of its token", () => {
    expect(parseYaml(render({ tokenLifetimeSeconds: 2_592_000 }))).toEqual({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "prod-eu",
          cluster: {
            server: "https://api.prod.example:6443",
            "certificate-authority-data": base64(ca.cert),
          },
        },
      ],
      users: [{ name: "ecr-pull-secrets", user: { token: accountToken } }],
      contexts: [
        {
          name: "prod-eu",
          context: {
            cluster: "prod-eu",
            user: "ecr-pull-secrets",
            extensions: [
              { name: "ecr-pull-secrets", extension: { tokenLifetimeSeconds: 2_592_000 } },
            ],
          },
        },
      ],
      "current-context": "prod-eu",
    });
  });

  test.each<[string, Partial<ClusterEndpoint>]>([
    ["a CA", {}],
    ["the system's roots", { ca: undefined }],
    ["a path", { server: new URL("https://rancher.example/k8s/clusters/c-1") }],
    ["an IPv6 address", { server: new URL("https://[2001:db8::1]:6443") }],
    ["another name in its certificate", { tlsServerName: "api.internal" }],
    ["no verification", { ca: undefined, insecureSkipTlsVerify: true }],
    ["a proxy", { proxy: { url: new URL("http://proxy.example:3128"), authorization: undefined } }],
    [
      "a proxy that asks for a password",
      {
        proxy: {
          url: new URL("https://proxy.example"),
          authorization: new SecretValue(`Basic ${base64("us@r:p:ä%s/w?rd#")}`),
        },
      },
    ],
  ])("is read back as it was meant: with %s", (_, fields) => {
    const wanted = { ...endpoint, ...fields };
    const read = parse(render({ endpoint: wanted }), true).endpoint;
    const { proxy, ca: authorities, ...rest } = read;
    const { proxy: wantedProxy, ca: wantedAuthorities, ...wantedRest } = wanted;
    expect(rest).toEqual({ ...wantedRest, context: "prod-eu" });
    expect(authorities?.trim()).toBe(wantedAuthorities?.trim());
    expect(proxy?.url.href).toBe(wantedProxy?.url.href);
    expect(proxy?.authorization?.reveal()).toBe(wantedProxy?.authorization?.reveal());
  });

  test("holds nothing of the one who registers, though their access is handed over", () => {
    const own = new SecretValue(canary);
    const access: ClusterAccess = {
      ...endpoint,
      context: `${canary}@prod`,
      credential: async () => ({
        token: own,
        clientCertificate: { certificate: client.cert, key: new SecretValue(client.key) },
        expiresAt: undefined,
      }),
    };
    const user: StoredUser = { kind: "token", token: opaque };
    const text = render({ endpoint: Object.assign(access, { token: own, user: canary }), user });
    expect(text).not.toContain(canary);
    expect(text).not.toContain("client");
    expect(Object.keys(parseYaml(text).users[0].user)).toEqual(["token"]);
  });

  test("takes nothing but certificates from the files that a person's kubeconfig names", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stored-kubeconfig-"));
    const file = (name: string) => join(folder, name);
    await writeFile(file("ca.pem"), `# ${canary}\n${client.key}${ca.cert}`);
    await writeFile(file("client.pem"), client.cert);
    await writeFile(file("client.key"), client.key);
    const cluster = {
      "certificate-authority": "ca.pem",
      "certificate-authority-data": undefined,
      extensions: [{ name: canary, extension: canary }],
    };
    const user = { token, "client-certificate": "client.pem", "client-key": "client.key" };
    await writeFile(file("config"), kubeconfigText({ cluster, user }));
    const lookup = { kubeconfig: file("config"), env: {}, home: folder, now: () => now };
    const access = await loadTrustedKubeconfig(lookup);
    await access.credential();
    const stored = render({ endpoint: access, user: { kind: "token", token: opaque } });
    await rm(folder, { recursive: true });
    const decoded = Buffer.from(
      parseYaml(stored).clusters[0].cluster["certificate-authority-data"],
      "base64",
    ).toString();
    expect(decoded.trim()).toBe(ca.cert.trim());
    expect(stored).not.toContain(canary);
    expect(stored).not.toContain("prod-user");
  });

  test.each([undefined, "arn:aws:iam::111122223333:role/path/pull"])(
    "asks for a token of EKS, signed by role %s",
    (roleArn) => {
      const eks = { cluster: "shop", region: "eu-west-1", roleArn };
      const host = "0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com";
      const eksEndpoint = { ...endpoint, server: new URL(`https://${host}`) };
      const text = render({ endpoint: eksEndpoint, user: { kind: "eks", eks } });
      expect(parse(text).authentication).toEqual({ kind: "eks", eks });
      expect(describeText(text)).toEqual({ kind: "eks" });
      expect(parseYaml(text).users[0].user.exec).toEqual({
        apiVersion: "client.authentication.k8s.io/v1beta1",
        command: "aws",
        args: [
          ...["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "shop"],
          ...(roleArn === undefined ? [] : ["--role-arn", roleArn]),
          ...["--output", "json"],
        ],
      });
    },
  );

  // kubectl reads YAML 1.1, where these are no strings.
  test.each(["yes", "on", "n", "012", "1e3", "0x1f", "12:30:45", "null", "1_000"])(
    "keeps %s a name",
    (cluster) => {
      const text = render({ cluster });
      expect(parseYaml(text, { version: "1.1" })["current-context"]).toBe(cluster);
      expect(parse(text).endpoint.context).toBe(cluster);
    },
  );

  const eksUser: StoredUser = {
    kind: "eks",
    eks: { cluster: "shop", region: "eu-west-1", roleArn: undefined },
  };

  test.each<[string, Partial<Parameters<typeof renderStoredKubeconfig>[0]>, RegExp]>([
    [
      "kubectl proxy's address",
      { endpoint: { ...endpoint, server: new URL("http://127.0.0.1:8001"), ca: undefined } },
      /server is plain http/,
    ],
    [
      "a token of two lines",
      { user: { kind: "token", token: new SecretValue(`${canary}\nx: y`) } },
      /users\[0\]\.user\.token is empty, or holds what no token holds/,
    ],
    [
      "no token",
      { user: { kind: "token", token: new SecretValue("") } },
      /users\[0\]\.user holds no credential/,
    ],
    [
      "a token larger than the store",
      { user: { kind: "token", token: new SecretValue(canary.repeat(20_000)) } },
      /is larger than 64 KiB/,
    ],
    ["EKS at a strange host", { user: eksUser }, /server isn't an API server of EKS/],
  ])("can't hold %s", async (_, parts, message) => {
    const error = await refusalBy(() => render(parts));
    expect(error.message).toMatch(/^the cluster's kubeconfig: /);
    expect(error.message).toMatch(message);
  });

  test("may lead to a stand-in for EKS where that is said", () => {
    expect(describeText(render({ user: eksUser, isEksHost: () => true }))).toEqual({ kind: "eks" });
  });

  test("shows itself to nobody", () => {
    const rendered = renderStoredKubeconfig({ cluster: "prod-eu", endpoint, user: tokenUser });
    expect(`${rendered} ${JSON.stringify(rendered)} ${inspect(rendered)}`).not.toContain(canary);
  });
});

describe("the credential in a stored kubeconfig", () => {
  test("is a ServiceAccount's token, with its times and the life that is wanted for it", () => {
    expect(describeText(render({ tokenLifetimeSeconds: 86_400 }))).toEqual({
      kind: "service-account-token",
      namespace: "ecr-pull-secrets",
      name: "ecr-pull-secrets",
      issuedAt: issued,
      expiresAt: future,
      wantedLifetimeSeconds: 86_400,
    });
  });

  test("is described when it has expired, too", () => {
    const old = jwt({ ...accountClaims, iat: seconds(past) - 600, exp: seconds(past) });
    expect(describeText(kubeconfigText({ user: { token: old } }))).toMatchObject({
      kind: "service-account-token",
      expiresAt: past,
    });
    const user = {
      "client-certificate-data": base64(expiredClient.cert),
      "client-key-data": base64(expiredClient.key),
    };
    expect(describeText(kubeconfigText({ user }))).toMatchObject({
      kind: "client-certificate",
      expiresAt: past,
    });
    expect(past < now).toBe(true);
  });

  test("is a client certificate, even beside a token: API servers believe it first", () => {
    const user = {
      "client-certificate-data": base64(client.cert),
      "client-key-data": base64(client.key),
      token: accountToken,
    };
    expect(describeText(kubeconfigText({ user }))).toEqual({
      kind: "client-certificate",
      issuedAt: new Date("2025-01-01T00:00:00Z"),
      expiresAt: future,
    });
  });

  const until = { expiresAt: future };
  const unknown = { expiresAt: undefined };

  test.each<[string, string, object]>([
    ["an opaque token", token, unknown],
    ["two parts", "a.b", unknown],
    ["a payload that isn't base64", "a.$$$.c", unknown],
    ["a payload that isn't JSON", `a.${base64("{")}.c`, unknown],
    ["a payload that is null", `a.${base64("null")}.c`, unknown],
    ["a payload that is a list", `a.${base64("[1]")}.c`, unknown],
    ["a payload that nests without end", `a.${base64("[".repeat(30_000))}.c`, unknown],
    ["claims without end", jwt({ ...accountClaims, sub: canary.repeat(5_000) }), until],
    ["no claims", jwt({}), unknown],
    ["a person's subject", jwt({ ...accountClaims, sub: "alice" }), until],
    ["no subject", jwt({ ...accountClaims, sub: undefined }), until],
    ["a subject that is a number", jwt({ ...accountClaims, sub: 7 }), until],
    ["a subject with a word more", jwt({ ...accountClaims, sub: `${accountClaims.sub}:x` }), until],
    [
      "a subject with a path",
      jwt({ ...accountClaims, sub: "system:serviceaccount:..:a/b" }),
      until,
    ],
    ["a subject of two lines", jwt({ ...accountClaims, sub: `${accountClaims.sub}\n` }), until],
    ["no time of issue", jwt({ ...accountClaims, iat: undefined }), until],
    ["a time of issue before time began", jwt({ ...accountClaims, iat: -1 }), until],
    ["a time of issue after its end", jwt({ ...accountClaims, iat: seconds(future) }), until],
    ["a time of issue that is text", jwt({ ...accountClaims, iat: "now" }), until],
    ["no end (a token of old)", jwt({ ...accountClaims, exp: undefined }), unknown],
    ["an end after time ends", jwt({ ...accountClaims, exp: 1e300 }), unknown],
    ["an end beyond all numbers", `a.${base64('{"exp":1e999}')}.c`, unknown],
  ])("is a token of which little is known: with %s", (_, value, expected) => {
    expect(describeText(kubeconfigText({ user: { token: value } }))).toMatchObject({
      kind: "token",
      ...expected,
    });
  });

  test("says since when a token is good, whoever's it is", () => {
    const alice = jwt({ ...accountClaims, sub: "alice" });
    expect(describeText(kubeconfigText({ user: { token: alice } }))).toEqual({
      kind: "token",
      issuedAt: new Date(accountClaims.iat * 1000),
      ...until,
    });
  });

  function withExtensions(extensions: unknown): string {
    const context = { cluster: "prod-cluster", user: "prod-user", extensions };
    return kubeconfigText({
      user: { token: accountToken },
      top: { contexts: [{ name: "prod", context }] },
    });
  }
  const own = (extension: unknown) => [{ name: "ecr-pull-secrets", extension }];

  test.each([
    ["nothing", undefined, undefined],
    ["somebody else's", [{ name: "minikube", extension: { provider: canary } }], undefined],
    ["ours beside another", [{ name: "x" }, ...own({ tokenLifetimeSeconds: 3600 })], 3600],
    ["ours with more in it", own({ tokenLifetimeSeconds: 3600, other: 1 }), 3600],
    ["ours, empty", own(null), undefined],
    ["text", own({ tokenLifetimeSeconds: "3600" }), undefined],
    ["less than any server grants", own({ tokenLifetimeSeconds: 599 }), undefined],
    ["more than any server takes", own({ tokenLifetimeSeconds: 2 ** 32 + 1 }), undefined],
    ["half a second", own({ tokenLifetimeSeconds: 3600.5 }), undefined],
    ["no list", { "ecr-pull-secrets": { tokenLifetimeSeconds: 3600 } }, undefined],
    ["a list of something else", [canary], undefined],
  ])("is read beside extensions that hold %s", (_, extensions, wantedLifetimeSeconds) => {
    const text = withExtensions(extensions);
    expect(parse(text).wantedTokenSeconds).toBe(wantedLifetimeSeconds);
    expect(describeText(text)).toMatchObject({
      kind: "service-account-token",
      wantedLifetimeSeconds,
    });
  });

  test.each([
    ["is no kubeconfig", canary, /isn't a kubeconfig/],
    ["runs a program", kubeconfigText({ user: { exec: { command: canary } } }), /runs a program/],
    ["holds nothing", kubeconfigText({ user: {} }), /holds no credential/],
  ])("can't be described where it %s", async (_, text, message) => {
    expect((await refusalBy(() => describeText(text))).message).toMatch(message);
  });
});

describe("another token", () => {
  const next = jwt({ ...accountClaims, jti: "next" });
  const replaced = (text: string, value = next) =>
    withToken(new SecretValue(text), new SecretValue(value)).reveal();
  const tokenOf = (text: string) => {
    const { authentication } = parse(text);
    return authentication.kind === "static" && authentication.credential.token?.reveal();
  };

  test("takes the former one's place in what was rendered", () => {
    const before = render({ tokenLifetimeSeconds: 3600 });
    const after = replaced(before);
    expect(after).toBe(before.replace(accountToken, JSON.stringify(next)));
    expect(describeText(after)).toEqual(describeText(before));
    expect(replaced(replaced(after, "one"), next)).toBe(after);
  });

  test("leaves comments, other users and the order of things as they were", () => {
    const text = [
      "# made by hand, keep",
      "users:",
      "- {name: other, user: {token: stays}}   # not this one",
      "- name: prod-user",
      "  user:",
      "    # rotated",
      "    token:    'former'   # this one",
      "kind: Config",
      "contexts: [{name: prod, context: {user: prod-user, cluster: prod}}]",
      'current-context: "prod"',
      "clusters:",
      "- name: prod",
      "  cluster: {server: https://api.prod.example, extra-field-of-tomorrow: 012}",
      "",
    ].join("\r\n");
    expect(replaced(text)).toBe(text.replace("'former'", JSON.stringify(next)));
  });

  const base = kubeconfigText({ user: { token: "former" } });
  test.each([
    ["plain", "former"],
    ["single quotes", "'former'"],
    ["double quotes", '"for\\u006der"'],
    ["a literal block", "|-\n        former\n"],
    ["a literal block with its newline", "|\n        former\n\n"],
    ["a folded block", ">-\n        former\n"],
    ["an anchor that nobody uses", "&mine former"],
    ["a tag", "!!str former"],
  ])("replaces one that is written with %s", (_, written) => {
    const text = base.replace("former", written);
    expect(tokenOf(text)).toBe("former");
    const after = replaced(text);
    expect(tokenOf(after)).toBe(next);
    expect(parse(after).endpoint).toEqual(parse(text).endpoint);
  });

  test("replaces a block in the middle of the file", () => {
    const text = base.replace("former", "|-\n        former\n  - name: other\n    user: {}");
    const after = replaced(text);
    expect(after).toBe(text.replace("|-\n        former", JSON.stringify(next)));
  });

  test.each([
    ["JSON", (text: string) => JSON.stringify(parseYaml(text))],
    ["JSON in lines", (text: string) => JSON.stringify(parseYaml(text), null, 2)],
    ["a byte order mark", (text: string) => `\ufeff${text}`],
    ["no newline at its end", (text: string) => text.trimEnd()],
  ])("replaces one in %s", (_, form) => {
    const text = form(base);
    expect(tokenOf(replaced(text))).toBe(next);
    expect(replaced(text)).toHaveLength(
      text.length + (/"former"/.test(text) ? 0 : 2) + next.length - 6,
    );
  });

  test.each([
    ["an EKS stanza", kubeconfigText({ user: { exec: { command: "aws" } } }), /holds no token/],
    ["a token that is a list", kubeconfigText({ user: { token: [canary] } }), /holds no token/],
    ["no current context", kubeconfigText({ top: { "current-context": "gone" } }), /current-con/],
    ["an alias for a token", `x: &x ${canary}\n${base.replace("former", "*x")}`, /aliases/],
    ["broken YAML", `${base}"${canary}`, /isn't valid YAML at line/],
    ["no text at all", "", /is empty/],
  ])("isn't put into %s", async (_, text, message) => {
    expect((await refusalBy(() => replaced(text))).message).toMatch(message);
  });

  test.each([
    ["is empty", ""],
    ["has a line break", `${canary}\n${canary}`],
    ["has a quote and a space", `${canary}" x: "`],
    ["is REDACTED", "REDACTED"],
    ["isn't ASCII", `${canary}ä`],
  ])("isn't taken that %s", async (_, value) => {
    expect((await refusalBy(() => replaced(base, value))).message).toMatch(
      /^the cluster's kubeconfig: users\[0\]\.user\.token is /,
    );
  });

  test("may be one that has ended: whoever granted it knows", () => {
    const ended = jwt({ ...accountClaims, exp: seconds(past) });
    expect(describeText(replaced(base, ended))).toMatchObject({ expiresAt: past });
  });

  test("isn't taken where the whole grows larger than the store", async () => {
    const error = await refusalBy(() => replaced(base, canary.repeat(20_000)));
    expect(error.message).toMatch(/is larger than 64 KiB/);
  });
});
