import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadTrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-trusted.ts";
import {
  base64,
  ca,
  canary,
  client,
  expiredClient,
  future,
  jwt,
  kubeconfigObject,
  kubeconfigText,
  now,
  past,
  refusalBy,
  token,
} from "./kubeconfig-fixtures.ts";

let home: string;
let clock = now;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "kubeconfig-trusted-"));
});

beforeEach(() => {
  clock = now;
});

afterAll(() => rm(home, { recursive: true }));

async function write(path: string, text: string): Promise<string> {
  const file = join(home, path);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, text);
  return file;
}

interface Asked {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly listed?: readonly string[];
  readonly home?: string;
}

function load({ listed, ...asked }: Asked) {
  const env = { KUBECONFIG: listed?.join(delimiter) };
  return loadTrustedKubeconfig({ home, env, now: () => clock, ...asked });
}

async function loadText(text: string) {
  return load({ kubeconfig: await write("one.yml", text) });
}

/** One context, cluster and user of this name, with a token that tells the file. */
function named(name: string, secret = name) {
  return JSON.stringify({
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: `https://${name}.example` } }],
    users: [{ name, user: { token: secret } }],
  });
}

async function tokenOf(access: Awaited<ReturnType<typeof load>>): Promise<string | undefined> {
  return (await access.credential()).token?.reveal();
}

describe("the user's kubeconfig", () => {
  test("is ~/.kube/config if nothing else is named", async () => {
    const elsewhere = await mkdtemp(join(home, "home-"));
    await mkdir(join(elsewhere, ".kube"));
    await writeFile(join(elsewhere, ".kube", "config"), named("default"));
    expect((await load({ home: elsewhere })).context).toBe("default");
    expect((await load({ home: elsewhere, listed: [] })).context).toBe("default");
  });

  test("is what --kubeconfig names, whatever KUBECONFIG says", async () => {
    const access = await load({
      kubeconfig: await write("flag.yml", named("flag")),
      listed: [await write("variable.yml", named("variable"))],
    });
    expect(access.context).toBe("flag");
    expect(access.server.href).toBe("https://flag.example/");
  });

  test("is merged from the files in KUBECONFIG; the first to name something wins", async () => {
    const listed = [
      join(home, "absent.yml"),
      await write("empty.yml", ""),
      await write("first.yml", named("both", "of-the-first")),
      await write("second.yml", named("both", "of-the-second")),
      await write("third.yml", named("third")),
    ];
    const current = await load({ listed });
    expect(current.context).toBe("both");
    expect(await tokenOf(current)).toBe("of-the-first");
    expect(await tokenOf(await load({ listed, context: "third" }))).toBe("third");
  });

  test("joins a context of one file with the cluster and user of others", async () => {
    const { contexts, clusters, users } = kubeconfigObject();
    const listed = [
      await write("contexts.yml", JSON.stringify({ contexts })),
      await write("clusters.yml", JSON.stringify({ clusters })),
      await write("users.yml", JSON.stringify({ users })),
    ];
    expect((await load({ listed, context: "prod" })).server.host).toBe("api.prod.example:6443");
  });

  test("may name files, relative to where it is itself", async () => {
    await write("pki/ca.crt", ca.cert);
    await write("pki/client.crt", client.cert);
    await write("pki/client.key", client.key);
    const text = kubeconfigText({
      cluster: { "certificate-authority-data": undefined, "certificate-authority": "pki/ca.crt" },
      user: {
        "client-certificate": "./pki/client.crt",
        "client-key": join(home, "pki/client.key"),
      },
    });
    const access = await loadText(text);
    const { clientCertificate, expiresAt, token: none } = await access.credential();
    expect(access.ca?.trim()).toBe(ca.cert.trim());
    expect(clientCertificate?.certificate.trim()).toBe(client.cert.trim());
    expect(clientCertificate?.key.reveal()).toBe(client.key);
    expect(expiresAt).toEqual(future);
    expect(none).toBeUndefined();
  });

  test("prefers inline data to the file of the same meaning", async () => {
    const cluster = { "certificate-authority": "absent.crt" };
    const user = {
      "client-certificate": "absent.crt",
      "client-certificate-data": base64(client.cert),
      "client-key-data": base64(client.key),
    };
    const access = await loadText(kubeconfigText({ cluster, user }));
    expect(access.ca?.trim()).toBe(ca.cert.trim());
    expect((await access.credential()).clientCertificate?.key.reveal()).toBe(client.key);
  });

  test("reads a token file again after a minute, and prefers it to the token", async () => {
    const user = { tokenFile: "token", token };
    await write("token", "one\n");
    const access = await loadText(kubeconfigText({ user }));
    expect(await tokenOf(access)).toBe("one");
    await write("token", "two\n");
    expect(await tokenOf(access)).toBe("one");
    clock = new Date(now.getTime() + 61_000);
    expect(await tokenOf(access)).toBe("two");
  });

  test("may hold the ID token of an OIDC login", async () => {
    const idToken = jwt({ exp: future.getTime() / 1000 });
    const provider = { name: "oidc", config: { "id-token": idToken, "refresh-token": canary } };
    const access = await loadText(kubeconfigText({ user: { "auth-provider": provider } }));
    expect(await tokenOf(access)).toBe(idToken);
    expect((await access.credential()).expiresAt).toEqual(future);
  });

  test("may hold no credential at all", async () => {
    expect(await (await loadText(kubeconfigText({ user: {} }))).credential()).toEqual({
      token: undefined,
      clientCertificate: undefined,
      expiresAt: undefined,
    });
  });

  test("may skip the verification of TLS, and hold fields that nobody knows", async () => {
    const cluster = {
      "certificate-authority-data": undefined,
      "insecure-skip-tls-verify": true,
      "some-new-field": 1,
    };
    const access = await loadText(kubeconfigText({ cluster, user: { token, other: 1 } }));
    expect(access.insecureSkipTlsVerify).toBe(true);
  });

  test.each(["http://127.0.0.1:8001", "http://localhost:8001", "http://[::1]:8001"])(
    "may reach %s",
    async (server) => {
      expect((await loadText(kubeconfigText({ cluster: { server } }))).server.origin).toBe(server);
    },
  );

  test("may repeat nodes by aliases", async () => {
    const text = `${kubeconfigText()}x: &x {a: 1}\ny: *x\n`;
    expect((await loadText(text)).context).toBe("prod");
  });
});

describe("the user's kubeconfig is refused that", () => {
  test("isn't there, with the places that were looked at", async () => {
    const nowhere = join(home, "nowhere");
    const byDefault = await refusalBy(() => load({ home: nowhere }));
    expect(byDefault.message).toContain(join(nowhere, ".kube", "config"));
    expect(byDefault.hint).toContain("--kubeconfig");
    const byFlag = await refusalBy(() => load({ kubeconfig: nowhere }));
    expect(byFlag.message).toContain(`${nowhere} (--kubeconfig)`);
    const listed = [join(nowhere, "a"), join(nowhere, "b")];
    const byVariable = await refusalBy(() => load({ listed }));
    expect(byVariable.message).toContain(`${listed.join(", ")} (KUBECONFIG)`);
  });

  test("is a folder", async () => {
    const error = await refusalBy(() => load({ kubeconfig: home }));
    expect(error.message).toBe(`${home}: can't be read (EISDIR)`);
  });

  test("is empty", async () => {
    expect((await refusalBy(() => loadText(""))).message).toMatch(/one\.yml: is empty$/);
  });

  test("explodes by aliases", async () => {
    const lists = [..."bcdefghi"].map((name, index) => {
      const former = "abcdefgh"[index];
      return `${name}: &${name} [${`*${former},`.repeat(9)}]`;
    });
    const text = `a: &a [${canary},1,1,1,1,1,1,1,1]\n${lists.join("\n")}`;
    expect((await refusalBy(() => loadText(text))).message).toContain("aliases");
  });

  test.each([
    ["a slip", "kind-knid", /has no context "kind-knid"; it has /, 'Did you mean "kind-kind"?'],
    ["a part", "staging", /has no context "staging"/, 'Did you mean "arn:staging-eu"?'],
    ["another name", "zzzzzzz", /it has "kind-kind", "arn:staging-eu"/, "get-contexts"],
  ])("has no such context: %s", async (_, context, message, hint) => {
    const listed = [
      await write("kind.yml", named("kind-kind")),
      await write("staging.yml", named("arn:staging-eu")),
    ];
    const error = await refusalBy(() => load({ listed, context }));
    expect(error.message).toMatch(message);
    expect(error.hint).toContain(hint);
  });

  const clusterPath = "clusters[0].cluster";
  const userPath = "users[0].user";

  test.each([
    [
      "is http to elsewhere",
      { server: `http://${canary}.example` },
      "server is plain http to another",
    ],
    [
      "is http to a look-alike",
      { server: "http://127.0.0.1.evil.example" },
      "server is plain http",
    ],
    [
      "names a CA that isn't there",
      { "certificate-authority-data": undefined, "certificate-authority": "gone.crt" },
      "certificate-authority names a file that can't be read (ENOENT)",
    ],
    ["skips TLS though it has a CA", { "insecure-skip-tls-verify": true }, "insecure-skip-tls"],
    ["has a SOCKS proxy", { "proxy-url": `socks5://${canary}` }, "proxy-url is a SOCKS proxy"],
  ])("%s", async (_, cluster, problem) => {
    const error = await refusalBy(() => loadText(kubeconfigText({ cluster })));
    expect(error.message).toContain(`one.yml: ${clusterPath}.${problem}`);
  });

  test.each([
    [
      "has an expired certificate",
      {
        "client-certificate-data": base64(expiredClient.cert),
        "client-key-data": base64(expiredClient.key),
      },
      ".client-certificate-data holds a client certificate that expired on 2026-02-01T00:00:00Z",
    ],
    ["impersonates", { token, as: canary }, ".as impersonates"],
    ["has basic auth", { username: canary, password: canary }, " has a username or password"],
    ["has the provider gcp", { "auth-provider": { name: "gcp" } }, ".auth-provider is of a kind"],
    [
      "has an OIDC login without token",
      { "auth-provider": { name: "oidc", config: { "refresh-token": canary } } },
      ".auth-provider.config.id-token is missing",
    ],
  ])("%s", async (_, user, problem) => {
    const error = await refusalBy(() => loadText(kubeconfigText({ user })));
    expect(error.message).toContain(`one.yml: ${userPath}${problem}`);
  });

  test("holds an OIDC login that ended, and isn't refreshed behind kubectl's back", async () => {
    const config = { "id-token": jwt({ exp: past.getTime() / 1000 }), "refresh-token": canary };
    const user = { "auth-provider": { name: "oidc", config } };
    const error = await refusalBy(() => loadText(kubeconfigText({ user })));
    expect(error.message).toContain("id-token expired on 2026-02-01T00:00:00Z");
    expect(error.hint).toContain('kubectl --context "prod" get namespaces');
  });

  test.each([
    ["is gone", undefined, /tokenFile names a file that can't be read \(ENOENT\)/],
    ["is empty", "\n", /tokenFile is empty/],
    ["holds more than a token", `a ${canary}`, /tokenFile is empty, or holds/],
  ])("names a token file that %s", async (_, content, message) => {
    await rm(join(home, "token"), { force: true });
    if (content !== undefined) {
      await write("token", content);
    }
    const access = await loadText(kubeconfigText({ user: { tokenFile: "token" } }));
    expect((await refusalBy(() => access.credential())).message).toMatch(message);
  });
});
