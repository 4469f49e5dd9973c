import { describe, expect, test } from "vitest";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  accessTo,
  authority,
  connectTo,
  json,
  neverAborted,
  otherAuthority,
  type Respond,
  secretMetadata,
  startServer,
  type TestConnection,
} from "./api-server.ts";
import { type ProxyOptions, startProxy } from "./proxy-server.ts";

const answerSecret: Respond = (_seen, response) => json(response, 200, secretMetadata());
const basic = `Basic ${Buffer.from("user:pass").toString("base64")}`;

const readMany = (connection: TestConnection, count: number) => {
  const api = connection.api(neverAborted);
  return Promise.all(Array.from({ length: count }, () => api.getSecret("team-a", "ecr-pull")));
};

async function throughProxy(options: ProxyOptions, credentials?: string) {
  const server = await startServer(answerSecret);
  const proxy = await startProxy(options);
  const authorization = credentials === undefined ? undefined : new SecretValue(credentials);
  const access = accessTo(server, { proxy: { url: proxy.url, authorization } });
  return { server, proxy, connection: connectTo(access) };
}

describe("a proxy", () => {
  test.each<[string, () => Promise<ProxyOptions>, string | undefined]>([
    ["over http", async () => ({}), undefined],
    ["over http with user and password", async () => ({ authorization: basic }), basic],
    ["over https", async () => ({ tls: await authority.issueServer() }), undefined],
    [
      "over https with user and password",
      async () => ({ tls: await authority.issueServer(), authorization: basic }),
      basic,
    ],
  ])("carries one HTTP/2 connection for all requests: %s", async (_title, options, credentials) => {
    const { server, proxy, connection } = await throughProxy(await options(), credentials);

    await expect(readMany(connection, 50)).resolves.toHaveLength(50);

    expect(connection.protocol).toBe("h2");
    expect(server.connections).toBe(1);
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`]);
    expect(proxy.authorizations).toEqual([credentials]);
    expect(server.seen[0]?.headers).not.toHaveProperty("proxy-authorization");
  });

  test("carries a new connection when one breaks", async () => {
    const { server, proxy, connection } = await throughProxy({});
    await readMany(connection, 1);
    server.hangUp();

    await readMany(connection, 5);

    expect(proxy.asked).toHaveLength(2);
  });

  test.each<[string, ProxyOptions, string | undefined, RegExp, RegExp]>([
    [
      "wants credentials, and there are none",
      { authorization: basic },
      undefined,
      /the proxy at 127\.0\.0\.1:\d+ asks for credentials \(407\)/,
      /user:password@host/,
    ],
    [
      "wants other credentials",
      { authorization: basic },
      "Basic b3RoZXI=",
      /refused the credentials for it \(407\)/,
      /check user and password/,
    ],
    [
      "forbids the host",
      { refuse: "403 Forbidden" },
      undefined,
      /opens no tunnel to 127\.0\.0\.1:\d+ \(403\)/,
      /allow CONNECT/,
    ],
    ["knows no CONNECT", { refuse: "405 Method Not Allowed" }, undefined, /\(405\)/, /CONNECT/],
    ["redirects", { refuse: "302 Found\r\nLocation: http://x" }, undefined, /\(302\)/, /CONNECT/],
  ])("that %s is an error at once", async (_title, options, credentials, message, hint) => {
    const { server, connection } = await throughProxy(options, credentials);

    await expect(readMany(connection, 1)).rejects.toMatchObject({
      name: "ClusterError",
      kind: "unreachable",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(connection.stats).toMatchObject({ connections: 0, retries: 0 });
    expect(server.connections).toBe(0);
  });

  test("that can't reach the API server is asked again", async () => {
    const { proxy, connection } = await throughProxy({ refuse: "502 Bad Gateway" });

    await expect(readMany(connection, 1)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/can't reach the API server at 127\.0\.0\.1:\d+ \(502\)/),
    });
    expect(proxy.asked).toHaveLength(3);
  });

  test.each([
    [
      "of another protocol",
      "\0\r\n",
      /the proxy at .* can't be reached: it doesn't answer in HTTP/,
    ],
    ["and hangs up", "200 Fine", /the API server at .* can't be reached: it closed the connection/],
  ])("that talks nonsense %s is an error", async (_title, refuse, message) => {
    const { connection } = await throughProxy({ refuse });

    await expect(readMany(connection, 1)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(message),
    });
  });

  test("that isn't there is named as the one that isn't", async () => {
    const server = await startServer(answerSecret);
    const url = new URL("http://127.0.0.1:1");
    const access = accessTo(server, { proxy: { url, authorization: undefined } });

    await expect(readMany(connectTo(access), 1)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("the proxy at 127.0.0.1:1 can't be reached"),
      hint: expect.stringContaining("proxy-url"),
    });
  });

  test("with a certificate that nobody trusts is refused before it gets the credentials", async () => {
    const tls = await otherAuthority.issueServer();
    const { proxy, connection } = await throughProxy({ tls }, basic);

    await expect(readMany(connection, 1)).rejects.toMatchObject({
      kind: "tls",
      message: expect.stringMatching(/the certificate of the proxy at 127\.0\.0\.1:\d+/),
    });
    expect(proxy.authorizations).toEqual([]);
  });

  test("that says nothing is given up after the connect timeout", async () => {
    const server = await startServer(answerSecret);
    const deaf = await startProxy();
    const silent = new URL(deaf.url);
    const { createServer } = await import("node:net");
    const mute = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => mute.once("listening", resolve));
    const address = mute.address();
    silent.port = String(address !== null && typeof address === "object" ? address.port : 0);
    const access = accessTo(server, { proxy: { url: silent, authorization: undefined } });
    const connection = connectTo(access, { connectTimeoutMs: 100 });

    await expect(connection.warm()).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/no connection to the proxy at .* within 0\.1 s/),
    });
    mute.close();
  });

  test("sees nothing of the API server's TLS: its certificate is still checked", async () => {
    const server = await startServer(answerSecret, { tls: await otherAuthority.issueServer() });
    const proxy = await startProxy();
    const access = accessTo(server, { proxy: { url: proxy.url, authorization: undefined } });

    await expect(readMany(connectTo(access), 1)).rejects.toMatchObject({
      kind: "tls",
      message: expect.stringContaining("the certificate of the API server at 127.0.0.1"),
    });
  });
});
