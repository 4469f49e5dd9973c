import { describe, expect, test } from "vitest";
import {
  base64,
  canary,
  client,
  expiredCa,
  expiredClient,
  jwt,
  kubeconfigObject,
  kubeconfigText,
  otherClient,
  parse,
  past,
  refusalBy,
  token,
} from "./kubeconfig-fixtures.ts";

const clusterPath = "clusters[0].cluster";
const userPath = "users[0].user";

function cluster(fields: Readonly<Record<string, unknown>>): string {
  return kubeconfigText({ cluster: fields });
}

function user(fields: Readonly<Record<string, unknown>>): string {
  return kubeconfigText({ user: fields });
}

function exec(command: unknown, args: string, env: unknown = []): string {
  const apiVersion = "client.authentication.k8s.io/v1";
  return user({ exec: { apiVersion, command, args: args.split(" "), env } });
}

async function expectRefusal(text: string, path: string, problem: string | RegExp) {
  const error = await refusalBy(() => parse(text));
  expect(error.message).toContain(`prod-eu: ${path}`);
  expect(error.message.slice(`prod-eu: ${path}`.length)).toMatch(problem);
}

describe("a stored kubeconfig is refused that", () => {
  test.each([
    ["is empty", "", /^is empty/],
    ["is blank", " \n\n ", /^is empty/],
    [
      "is larger than Secrets Manager holds",
      `# ${canary}${"x".repeat(65_536)}`,
      /larger than 64 KiB/,
    ],
    ["is binary", `\u0000\u0001${canary}`, /aren't text/],
    ["isn't UTF-8", `a: ${canary}\ufffd`, /aren't text/],
    ["isn't YAML", `a: "${canary}`, /isn't valid YAML at line 1 \(missing char\)/],
    ["isn't JSON", `{"a": "${canary}"`, /isn't valid YAML/],
    ["repeats a key", `kind: Config\nkind: ${canary}`, /line 2 \(duplicate key\)/],
    ["repeats a key deep inside", `a:\n  b:\n    - c: ${canary}\n      c: 2`, /line 4/],
    ["holds two documents", `a: ${canary}\n---\nb: 1`, /multiple docs/],
    ["has a tag", `a: !!binary ${canary}`, /tag resolve failed/],
    ["is a list", `- ${canary}`, /top level is no mapping/],
    ["is prose", canary, /top level is no mapping/],
    ["is another object", `kind: Secret\ndata: {a: ${canary}}`, /^kind isn't Config/],
    ["has nothing of a kubeconfig", `a: ${canary}`, /has no context/],
  ])("%s", async (_, text, problem) => {
    await expectRefusal(text, "", problem);
  });

  test.each([
    ["uses an alias", `a: &a ${canary}\nb: *a`],
    [
      "explodes by aliases",
      `a: &a [${canary},x,x,x,x,x,x,x,x]\n${[..."bcdefghi"]
        .map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index]},`.repeat(9)}]`)
        .join("\n")}`,
    ],
    ["refers to itself", `a: &a [*a, ${canary}]`],
  ])("%s", async (_, text) => {
    await expectRefusal(text, "", /aliases/);
  });

  test.each([
    ["lists", "[".repeat(60_000)],
    ["block lists", "- ".repeat(30_000)],
    ["mappings", "{a: ".repeat(15_000)],
    ["keys", "? ".repeat(30_000)],
  ])("nests %s without end, in bounded time", async (_, text) => {
    const start = performance.now();
    await expectRefusal(text, "", /too deep|isn't valid YAML/);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("holds thousands of keys, in bounded time", async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => index.toString(36));
    const start = performance.now();
    await expectRefusal(`{${keys.join(",")}}`, "", /has no context/);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("a context is refused that", () => {
  const base = kubeconfigObject();
  const second = { name: "stage", context: { cluster: "prod-cluster", user: "prod-user" } };
  const contextOf = (context: unknown) => ({ contexts: [{ name: "prod", context }] });

  test.each([
    [
      "is one of several, with no current one",
      { contexts: [...base.contexts, second], "current-context": undefined },
      "",
      /has 2 contexts and no current-context: "prod", "stage"/,
    ],
    ["isn't there", { "current-context": "pord" }, "", /has as current-context "pord".*"prod"/],
    [
      "has no cluster",
      contextOf({ user: "prod-user" }),
      "contexts[0].context.cluster",
      /is missing/,
    ],
    [
      "has no user",
      contextOf({ cluster: "prod-cluster" }),
      "contexts[0].context.user",
      /is missing/,
    ],
    [
      "names a cluster that isn't there",
      contextOf({ cluster: "gone", user: "prod-user" }),
      "contexts[0].context.cluster",
      /names "gone", which isn't there/,
    ],
    [
      "names a user that isn't there",
      contextOf({ cluster: "prod-cluster", user: "gone" }),
      "contexts[0].context.user",
      /names "gone"/,
    ],
    ["is nothing", contextOf(undefined), "contexts[0].context", /is missing/],
    ["is text", contextOf(canary), "contexts[0].context", /must be a mapping/],
    ["is in no list", { contexts: canary }, "contexts", /must be a list/],
    ["has no name", { contexts: [{ name: "" }] }, "contexts[0].name", /is empty/],
    [
      "has a number for a name",
      { contexts: [{ name: 7 }] },
      "contexts[0].name",
      /must be a string/,
    ],
    ["is there twice", { contexts: [second, second] }, "contexts[1].name", /another entry/],
    ["has a user twice", { users: [...base.users, ...base.users] }, "users[1].name", /another/],
  ])("%s", async (_, top, path, problem) => {
    await expectRefusal(kubeconfigText({ top }), path, problem);
  });

  test("has a name that would paint the terminal, and shows it harmlessly", async () => {
    const name = `\u001b[31m\u202e${"x".repeat(300)}`;
    const error = await refusalBy(() =>
      parse(kubeconfigText({ top: { "current-context": name } })),
    );
    expect(error.message).not.toMatch(/\p{C}/u);
    expect(error.message.length).toBeLessThan(200);
  });
});

describe("a cluster is refused that", () => {
  test.each([
    ["has no server", "server", undefined, /is missing/],
    ["has a number for a server", "server", 1, /must be a string/],
    ["is plain http", "server", `http://${canary}.example`, /plain http/],
    ["is plain http on the loopback, too", "server", "http://127.0.0.1:8001", /plain http/],
    ["has no scheme", "server", `${canary}.example:6443`, /isn't a URL/],
    ["has only a host", "server", canary, /isn't a URL/],
    ["is a file", "server", `file:///${canary}`, /isn't a URL|https:\/\//],
    ["is a credential, too", "server", `https://u:${canary}@api.example`, /user or password/],
    ["has a query", "server", `https://api.example/?a=${canary}`, /more than scheme/],
    ["has a fragment", "server", `https://api.example/#${canary}`, /more than scheme/],
    ["has an escaped path", "server", `https://api.example/%2e%2e/${canary}%2f`, /more than/],
    ["has an empty path segment", "server", `https://api.example//${canary}`, /more than/],
    ["has a port that can't be", "server", `https://api.example:99999/${canary}`, /isn't a URL/],
    ["has the port 0", "server", `https://api.example:0/${canary}`, /port 0/],
    ["has a newline", "server", `https://api.example\n.${canary}`, /isn't a URL/],
    ["has a backslash", "server", `https:\\\\api.example\\${canary}`, /isn't a URL/],
    ["skips TLS", "insecure-skip-tls-verify", true, /would send the credential/],
    ["skips TLS in words", "insecure-skip-tls-verify", "yes", /must be true or false/],
    ["names a CA file", "certificate-authority", `/etc/${canary}.crt`, /names a file/],
    ["has PEM for base64", "certificate-authority-data", client.cert, /is PEM as it stands/],
    ["has no base64", "certificate-authority-data", `${canary}!`, /isn't base64/],
    ["has no PEM", "certificate-authority-data", base64(canary), /holds no PEM certificate/],
    ["has a key for a CA", "certificate-authority-data", base64(client.key), /no PEM certificate/],
    [
      "has a broken CA",
      "certificate-authority-data",
      base64(`-----BEGIN CERTIFICATE-----\n${canary}aa\n-----END CERTIFICATE-----`),
      /can't be parsed/,
    ],
    [
      "has an expired CA",
      "certificate-authority-data",
      base64(expiredCa.cert),
      /CA that expired on 2026-02-01T00:00:00Z/,
    ],
    ["was exported without --raw", "certificate-authority-data", "DATA+OMITTED", /placeholder/],
    ["has a URL for a TLS name", "tls-server-name", `https://${canary}`, /isn't a host name/],
    ["has a newline in its TLS name", "tls-server-name", `a\n${canary}`, /isn't a host name/],
    ["has a SOCKS proxy", "proxy-url", `socks5://u:${canary}@p.example`, /SOCKS/],
    ["has an FTP proxy", "proxy-url", `ftp://${canary}@p.example`, /neither http/],
    ["has a proxy with a path", "proxy-url", `http://p.example/${canary}`, /more than scheme/],
    ["has a proxy without a scheme", "proxy-url", `p.${canary}:3128`, /isn't a URL/],
    ["has a proxy with a broken escape", "proxy-url", `http://%zz${canary}@p.example`, /percent/],
  ])("%s", async (_, key, value, problem) => {
    await expectRefusal(cluster({ [key]: value }), `${clusterPath}.${key} `, problem);
  });

  test("skips TLS though it has a CA", async () => {
    const text = cluster({ "insecure-skip-tls-verify": true });
    const error = await refusalBy(() => parse(text, true));
    expect(error.message).toContain(`${clusterPath}.insecure-skip-tls-verify contradicts`);
  });

  test("has a misspelt field", async () => {
    const text = cluster({ "tls-servername": canary });
    await expectRefusal(text, `${clusterPath} `, /has "tls-servername", which isn't supported/);
  });

  test("has a field whose name may be a secret", async () => {
    await expectRefusal(cluster({ [token]: 1 }), `${clusterPath} `, /isn't a field's name/);
  });

  test("is nothing", async () => {
    const top = { clusters: [{ name: "prod-cluster" }] };
    await expectRefusal(kubeconfigText({ top }), `${clusterPath} `, /is missing/);
  });
});

describe("a user is refused that", () => {
  const certificate = base64(client.cert);
  const key = base64(client.key);

  test.each([
    ["holds nothing", {}, "", /holds no credential/],
    [
      "names a certificate file",
      { "client-certificate": canary },
      ".client-certificate",
      /names a/,
    ],
    ["names a key file", { "client-key": canary, token }, ".client-key", /names a file/],
    ["names a token file", { tokenFile: `/run/${canary}` }, ".tokenFile", /names a file/],
    ["has basic auth", { username: "admin", password: canary }, "", /basic auth/],
    ["impersonates", { token, as: canary }, ".as", /impersonates/],
    ["impersonates groups", { token, "as-groups": [canary] }, ".as-groups", /impersonates/],
    ["impersonates a uid", { token, "as-uid": canary }, ".as-uid", /impersonates/],
    ["impersonates extras", { token, "as-user-extra": { a: [canary] } }, ".as-user-extra", /imper/],
    [
      "has an auth-provider",
      { "auth-provider": { name: "oidc", config: { "id-token": canary } } },
      ".auth-provider",
      /can't do/,
    ],
    ["has a number for a token", { token: 12345 }, ".token", /must be a string/],
    ["has a token with spaces", { token: `Bearer ${canary}` }, ".token", /spaces/],
    ["has a token with a newline", { token: `a\n${canary}` }, ".token", /no token holds/],
    ["was exported without --raw", { token: "REDACTED" }, ".token", /placeholder/],
    [
      "has an expired token",
      { token: jwt({ exp: past.getTime() / 1000 }) },
      ".token",
      /expired on 2026-02-01T00:00:00Z/,
    ],
    ["has a certificate without key", { "client-certificate-data": certificate }, "", /its key/],
    ["has a key without certificate", { "client-key-data": key }, "", /its certificate/],
    [
      "has another's key",
      { "client-certificate-data": certificate, "client-key-data": base64(otherClient.key) },
      ".client-key-data",
      /doesn't belong/,
    ],
    [
      "has a broken key",
      {
        "client-certificate-data": certificate,
        "client-key-data": base64(`-----BEGIN PRIVATE KEY-----\n${canary}\n`),
      },
      ".client-key-data",
      /no PEM private key/,
    ],
    [
      "has an encrypted key",
      {
        "client-certificate-data": certificate,
        "client-key-data": base64(`-----BEGIN ENCRYPTED PRIVATE KEY-----\n${canary}\n`),
      },
      ".client-key-data",
      /is encrypted/,
    ],
    [
      "has a broken certificate",
      { "client-certificate-data": base64(canary), "client-key-data": key },
      ".client-certificate-data",
      /no PEM certificate/,
    ],
    [
      "has an expired certificate",
      {
        "client-certificate-data": base64(expiredClient.cert),
        "client-key-data": base64(expiredClient.key),
      },
      ".client-certificate-data",
      /client certificate that expired on 2026-02-01T00:00:00Z/,
    ],
    ["has both token and exec", { token, exec: { command: "aws" } }, "", /both/],
    ["has a misspelt field", { Token: canary }, "", /which isn't supported/],
    ["has an exec that is text", { exec: canary }, ".exec", /must be a mapping/],
    ["has args that are text", { exec: { command: "aws", args: canary } }, ".exec.args", /a list/],
  ])("%s", async (_, fields, path, problem) => {
    await expectRefusal(user(fields), `${userPath}${path} `, problem);
  });

  test("is the second one, by its place", async () => {
    const text = kubeconfigText({
      top: {
        users: [
          { name: "first", user: { token } },
          { name: "prod-user", user: { exec: { command: canary } } },
        ],
      },
    });
    await expectRefusal(text, "users[1].user.exec ", /runs a program/);
  });
});

describe("an exec stanza is refused that", () => {
  const shop = "eks get-token --cluster-name shop --region us-east-1";
  const secretEnv = (name: string, value = canary) => [{ name, value }];

  test.each([
    ["is a shell", "sh", `-c ${canary}`, [], "", /runs a program/],
    ["is a plugin", "gke-gcloud-auth-plugin", canary, [], "", /runs a program/],
    ["is named like an object's own", "constructor", canary, [], "", /runs a program/],
    ["has no command", undefined, canary, [], "", /runs a program/],
    ["is another of aws's commands", "aws", `sts ${canary}`, [], ".args", /isn't the command/],
    ["has a word more", "aws", `${shop} ${canary}`, [], ".args", /isn't the command/],
    ["names a profile", "aws", `${shop} --profile ${canary}`, [], ".args", /can't be honoured/],
    ["has an endpoint", "aws", `${shop} --endpoint-url ${canary}`, [], ".args", /honoured/],
    ["ends in an option", "aws", "eks get-token --cluster-name", [], ".args", /honoured/],
    ["has an output of text", "aws", `${shop} --output text`, [], ".args", /than json/],
    ["names no cluster", "aws", "eks get-token --region us-east-1", [], ".args", /the cluster/],
    ["names no region", "aws", "eks get-token --cluster-name shop", [], ".args", /the region/],
    ["has a bad region", "aws", `${shop} --region ${canary}`, [], ".args", /valid region/],
    ["has a bad role", "aws", `${shop} --role-arn ${canary}`, [], ".args", /valid role ARN/],
    ["has a bad cluster", "aws", `${shop} --cluster-name ${canary}/`, [], ".args", /cluster name/],
    [
      "has an external id",
      "aws-iam-authenticator",
      `token -i shop -e ${canary}`,
      [],
      ".args",
      /honoured/,
    ],
    ["sets a profile", "aws", shop, secretEnv("AWS_PROFILE"), ".env[0]", /sets AWS_PROFILE/],
    ["sets a key", "aws", shop, secretEnv("AWS_SECRET_ACCESS_KEY"), ".env[0]", /honoured/],
    ["sets a bad region", "aws", shop, secretEnv("AWS_REGION"), ".env[0].value", /region/],
    [
      "asks the global STS",
      "aws",
      shop,
      secretEnv("AWS_STS_REGIONAL_ENDPOINTS"),
      ".env[0]",
      /sets/,
    ],
  ])("%s", async (_, command, args, env, path, problem) => {
    await expectRefusal(exec(command, args, env), `${userPath}.exec${path} `, problem);
  });
});
