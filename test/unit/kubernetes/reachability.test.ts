import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { ClusterEndpoint } from "../../../src/kubernetes/cluster-access.ts";
import { isPrivateAddress } from "../../../src/kubernetes/private-address.ts";
import { type ProbeOptions, probeEndpoint } from "../../../src/kubernetes/reachability.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { accessTo, authority, neverAborted, onCleanup, startServer } from "./api-server.ts";
import { startProxy } from "./proxy-server.ts";

const noAnswer = () => {};
const resolved = (...addresses: string[]) =>
  (async () => addresses.map((address) => ({ address, family: 4 }))) as ProbeOptions["lookup"];

function probe(endpoint: ClusterEndpoint, options: Partial<ProbeOptions> = {}) {
  return probeEndpoint(endpoint, { signal: neverAborted, timeoutMs: 2_000, ...options });
}

/** Accepts connections, and does with them as it is told. */
async function startTcp(onSocket: (socket: Socket) => unknown) {
  const server = createServer(onSocket).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  onCleanup(() => server.close());
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return { url: new URL(`https://127.0.0.1:${port}`) };
}

async function deadPort(): Promise<URL> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return new URL(`https://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
}

describe("the way to an API server", () => {
  test("is walked to its end, where it is open", async () => {
    const server = await startServer(noAnswer);
    expect(await probe(accessTo(server))).toEqual([
      { step: "dns", ok: true, message: "127.0.0.1 is an address" },
      { step: "tcp", ok: true, message: `connected to 127.0.0.1, port ${server.port}` },
      {
        step: "tls",
        ok: true,
        message: expect.stringMatching(
          /^TLSv1\.3, a certificate valid until \d{4}-\d\d-\d\d$/,
        ) as string,
      },
    ]);
    expect(server.seen).toEqual([]);
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  test("begins with what the host's name stands for", async () => {
    const server = await startServer(noAnswer);
    const url = new URL(`https://localhost:${server.port}`);
    const lookup = resolved("10.1.2.3", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4");
    const [dns] = await probe(accessTo({ url }), { lookup });
    expect(dns?.message).toBe("localhost is 10.1.2.3 (private), 192.0.2.1, 192.0.2.2, 192.0.2.3");
  });

  test.each([
    ["ENOTFOUND", "no such host name"],
    ["EAI_AGAIN", "the DNS doesn't answer"],
  ])("ends at a name that isn't found (%s)", async (code, reason) => {
    const lookup = () => Promise.reject(Object.assign(new Error("getaddrinfo"), { code }));
    const access = accessTo({ url: new URL("https://api.prod.example:6443") });
    const [dns, ...more] = await probe(access, { lookup });
    expect(more).toEqual([]);
    expect(dns).toMatchObject({ step: "dns", ok: false });
    expect(dns?.message).toBe(
      `the API server at api.prod.example:6443 can't be reached: ${reason}`,
    );
    expect(dns?.hint).toContain("is the kubeconfig's server right");
  });

  test("ends at a name that nobody answers for, in time", async () => {
    const lookup = () => new Promise<never>(noAnswer);
    const access = accessTo({ url: new URL("https://api.prod.example") });
    const [dns] = await probe(access, { lookup, timeoutMs: 20 });
    expect(dns).toMatchObject({ step: "dns", ok: false });
    expect(dns?.message).toMatch(/no connection to .*api\.prod\.example:443 within 0\.02 s/);
  });

  test("ends at a port where nobody listens", async () => {
    const steps = await probe(accessTo({ url: await deadPort() }));
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      ["dns", true],
      ["tcp", false],
    ]);
    expect(steps[1]?.message).toMatch(/can't be reached: connection refused$/);
    expect(steps[1]?.hint).toContain("VPN, firewall");
  });

  test.each<[string, Partial<ClusterEndpoint>, RegExp]>([
    ["another authority", { ca: undefined }, /comes from no authority that this machine trusts/],
    ["another name", { tlsServerName: "api.internal" }, /isn't for api\.internal, but for/],
  ])("ends at a certificate of %s", async (_, overrides, message) => {
    const server = await startServer(noAnswer);
    const steps = await probe(accessTo(server, overrides));
    expect(steps.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(steps[2]).toMatchObject({ step: "tls", message: expect.stringMatching(message) });
    expect(steps[2]?.hint).toMatch(/\w/);
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  test("says that nobody verifies, where the kubeconfig has it so", async () => {
    const server = await startServer(noAnswer);
    const insecure = { ca: undefined, insecureSkipTlsVerify: true };
    const steps = await probe(accessTo(server, insecure));
    expect(steps[2]).toMatchObject({
      ok: true,
      doubtful: true,
      message: expect.stringMatching(/nobody verifies$/),
      hint: expect.stringMatching(/CA into its kubeconfig.*allowInsecureTls/),
    });
  });

  test("verifies the name that the kubeconfig expects", async () => {
    const tls = await authority.issueServer(["api.internal"]);
    const server = await startServer(noAnswer, { tls });
    const steps = await probe(accessTo(server, { tlsServerName: "api.internal" }));
    expect(steps[2]).toMatchObject({ step: "tls", ok: true });
  });

  test("ends at a server that speaks something else", async () => {
    const server = await startTcp((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"));
    const steps = await probe(accessTo(server));
    expect(steps[2]).toMatchObject({ step: "tls", ok: false });
    expect(steps[2]?.message).toMatch(/doesn't speak TLS$/);
  });

  test("ends at a server that says nothing, in time", async () => {
    const sockets: Socket[] = [];
    const server = await startTcp((socket) => sockets.push(socket));
    onCleanup(() => sockets.map((socket) => socket.destroy()));
    const steps = await probe(accessTo(server), { timeoutMs: 100 });
    expect(steps[2]).toMatchObject({ step: "tls", ok: false });
    expect(steps[2]?.message).toMatch(/no connection to .* within 0\.1 s/);
  });

  test("shows the client certificate, where one is wanted", async () => {
    const client = await authority.issueClient("alice", []);
    const tls = {
      ...(await authority.issueServer()),
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion: "TLSv1.2" as const,
    };
    const server = await startServer(noAnswer, { tls });
    const clientCertificate = { certificate: client.cert, key: new SecretValue(client.key) };
    const shown = await probe(accessTo(server), { clientCertificate });
    expect(shown[2]).toMatchObject({ step: "tls", ok: true });
    const hidden = await probe(accessTo(server));
    expect(hidden[2]).toMatchObject({ step: "tls", ok: false });
  });

  test("leads through the kubeconfig's proxy", async () => {
    const server = await startServer(noAnswer);
    const proxy = await startProxy();
    const through = { url: proxy.url, authorization: undefined };
    const steps = await probe(accessTo(server, { proxy: through }));
    expect(steps.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(steps[1]?.message).toBe(`a tunnel through the proxy at ${proxy.url.host}`);
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`]);
  });

  test("ends at a proxy that asks for a password", async () => {
    const server = await startServer(noAnswer);
    const proxy = await startProxy({ authorization: "Basic c2VjcmV0" });
    const through = { url: proxy.url, authorization: undefined };
    const steps = await probe(accessTo(server, { proxy: through }));
    expect(steps).toHaveLength(2);
    expect(steps[1]).toMatchObject({ step: "tcp", ok: false });
    expect(steps[1]?.message).toContain("asks for credentials (407)");
    expect(server.connections).toBe(0);
  });

  test("asks the DNS for the proxy's name, not for the server's", async () => {
    const names: string[] = [];
    const lookup = async (name: string) => {
      names.push(name);
      throw Object.assign(new Error("x"), { code: "ENOTFOUND" });
    };
    const proxy = { url: new URL("http://proxy.example:3128"), authorization: undefined };
    const access = accessTo({ url: new URL("https://api.prod.example") }, { proxy });
    const [dns] = await probe(access, { lookup });
    expect(names).toEqual(["proxy.example"]);
    expect(dns?.message).toMatch(/^the proxy at proxy\.example:3128 can't be reached/);
    expect(dns?.hint).toContain("the kubeconfig's proxy-url");
  });

  test.each([
    ["before it begins", (stop: AbortController) => stop.abort()],
    ["on the way", (stop: AbortController) => setTimeout(() => stop.abort(), 5)],
  ])("is left when somebody says stop %s", async (_, when) => {
    const stop = new AbortController();
    when(stop);
    const lookup = () => new Promise<never>(noAnswer);
    const access = accessTo({ url: new URL("https://api.prod.example") });
    await expect(probe(access, { signal: stop.signal, lookup })).rejects.toMatchObject({
      name: "ClusterError",
      kind: "aborted",
    });
  });
});

test.each([
  ["10.0.0.1", true],
  ["172.31.255.255", true],
  ["192.168.1.1", true],
  ["100.64.0.1", true],
  ["127.0.0.1", true],
  ["169.254.169.254", true],
  ["::1", true],
  ["fd00::1", true],
  ["fe80::1", true],
  ["::ffff:10.0.0.1", true],
  ["172.32.0.1", false],
  ["11.0.0.1", false],
  ["192.0.2.1", false],
  ["2001:db8::1", false],
  ["not an address", false],
])("%s is a private address: %s", (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});
