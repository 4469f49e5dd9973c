/** What registries answer, over real TLS sockets. */
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createExchanges, type ExchangeOptions } from "../../../src/registries/exchange.ts";
import { createFindImage } from "../../../src/registries/find-image.ts";
import { parseImage } from "../../../src/registries/image-reference.ts";
import { RegistryError } from "../../../src/registries/registry-error.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { type FakeRegistries, startRegistries } from "../../fakes/registry/registries.ts";
import { failure, type RegistryReply } from "../../fakes/registry/registry.ts";

const ecr = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
const canary = "canary-password-4711-of-nobody-else";
const manifestType = "application/vnd.docker.distribution.manifest.v2+json";
const never = new AbortController().signal;

let registries: FakeRegistries;
const told: unknown[] = [];
beforeAll(async () => {
  const hub = ["registry-1.docker.io", "auth.docker.io"];
  const ghcr = ["ghcr.io", "token.ghcr.io"];
  registries = await startRegistries([ecr, "public.ecr.aws", ...hub, ...ghcr, "odd.example"]);
});
afterEach(() => {
  const text = JSON.stringify(told) + inspect(told, { depth: 9, maxStringLength: null });
  for (const form of [canary, Buffer.from(canary).toString("base64").slice(3, -3)]) {
    expect(text).not.toContain(form);
  }
  expect(text).not.toContain("DCR.");
  registries.requests.length = 0;
  told.length = 0;
});
afterAll(() => registries.close());

async function find(
  image: string,
  { username = "AWS", password = canary, abort = never, ...options }: Partial<Asking> = {},
) {
  const exchanges = createExchanges({ ...registries.exchanges, ...options });
  const login = { username, password: new SecretValue(password) };
  const finding = createFindImage(exchanges)(parseImage(image), login, abort);
  const answer = await finding.catch((error: unknown) => error);
  told.push(answer, answer instanceof Error ? answer.message : "");
  return answer;
}

interface Asking extends ExchangeOptions {
  readonly username: string;
  readonly password: string;
  readonly abort: AbortSignal;
}

const asked = () =>
  registries.requests.map(({ method, host, status, authorization }) => {
    const scheme = authorization?.split(" ")[0] ?? "nobody";
    return `${method} ${host} as ${scheme}: ${status}`;
  });

describe("ECR", () => {
  test("hands out a manifest to its token, which it is shown only when it asks", async () => {
    const digest = registries.addEcr(ecr).push("team/app", "1.4");
    await expect(find(`${ecr}/team/app:1.4`)).resolves.toEqual({
      outcome: "found",
      digest,
      mediaType: "application/vnd.oci.image.index.v1+json",
      isPublic: false,
    });
    expect(asked()).toEqual([`HEAD ${ecr} as nobody: 401`, `HEAD ${ecr} as Basic: 200`]);
    await expect(find(`${ecr}/team/app@${digest}`)).resolves.toMatchObject({ digest });
  });

  test.each([
    ["tag", "team/app:2", "MANIFEST_UNKNOWN", "Requested image not found"],
    ["repository", "team/ap:1", "NAME_UNKNOWN", expect.stringContaining("'team/ap'")],
  ])("says of a %s that isn't there which it is", async (_, image, code, text) => {
    registries.addEcr(ecr).push("team/app", "1.4");
    const answer = await find(`${ecr}/${image}`);
    expect(answer).toEqual({ outcome: "missing", host: ecr, status: 404, code, text });
    expect(asked().at(-1)).toBe(`GET ${ecr} as Basic: 404`);
  });

  test("says in IAM's words why it refuses", async () => {
    const denial =
      "User: arn:aws:sts::123456789012:assumed-role/pull/prod is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:111122223333:repository/team/app because no resource-based policy allows the ecr:BatchGetImage action";
    registries.addEcr(ecr).deny("team/app", denial);
    const answer = { outcome: "refused", host: ecr, status: 403, code: "DENIED", text: denial };
    await expect(find(`${ecr}/team/app`)).resolves.toEqual(answer);
  });

  test("takes no token that has expired", async () => {
    registries.addEcr(ecr).accept((password) => password !== canary);
    const text = "Your authorization token has expired. Reauthenticate and try again.";
    await expect(find(`${ecr}/team/app`)).resolves.toMatchObject({ outcome: "refused", text });
  });
});

describe("a registry with a service for its tokens", () => {
  test.each([
    ["Docker Hub", "hub", "docker.io/team/app", "registry-1.docker.io", "auth.docker.io"],
    ["GHCR", "ghcr", "ghcr.io/team/app", "ghcr.io", "token.ghcr.io"],
    ["ECR Public", "ecr-public", "public.ecr.aws/team/app", "public.ecr.aws", "public.ecr.aws"],
  ] as const)("%s is asked with one of them, for that repository", async (...about) => {
    const [, style, image, host, authHost] = about;
    const registry = registries.addBearer(host, authHost, style);
    registry.allow("someone", canary);
    const digest = registry.push("team/app", "1");

    const answer = await find(`${image}:1`, { username: "someone" });

    expect(answer).toMatchObject({ outcome: "found", digest });
    expect(asked()).toEqual([
      `HEAD ${host} as nobody: 401`,
      `GET ${authHost} as Basic: 200`,
      `HEAD ${host} as Bearer: 200`,
    ]);
    expect(registries.requests[1]?.query.getAll("scope")).toEqual(["repository:team/app:pull"]);
  });

  test.each([
    ["Docker Hub", "hub", "docker.io", "registry-1.docker.io", "auth.docker.io", 401],
    ["GHCR", "ghcr", "ghcr.io", "ghcr.io", "token.ghcr.io", 403],
    ["ECR Public", "ecr-public", "public.ecr.aws", "public.ecr.aws", "public.ecr.aws", 400],
  ] as const)("%s refuses a login that is wrong there", async (...about) => {
    const [, style, name, host, authHost, status] = about;
    registries.addBearer(host, authHost, style).allow("someone", "another");
    const answer = await find(`${name}/team/app`, { username: "someone" });
    expect(answer).toMatchObject({ outcome: "refused", host: authHost, status });
    expect(answer).toHaveProperty("text", expect.stringMatching(/./));
  });

  test.each([
    ["Docker Hub", "hub", "docker.io", "registry-1.docker.io", "auth.docker.io", 401],
    ["GHCR", "ghcr", "ghcr.io", "ghcr.io", "token.ghcr.io", 403],
  ] as const)("%s refuses a repository that the login doesn't open", async (...about) => {
    const [, style, name, host, authHost, status] = about;
    registries.addBearer(host, authHost, style).allow("someone", canary, ["team/other"]);
    const answer = await find(`${name}/team/app`, { username: "someone" });
    expect(answer).toMatchObject({ outcome: "refused", host, status });
    expect(asked().at(-1)).toBe(`GET ${host} as Bearer: ${status}`);
  });

  test("is believed in its own challenge, whatever others stand beside it", async () => {
    const challenge = 'Bearer realm="https://odd.example/token",service="odd", Basic realm="odd"';
    registries.add("odd.example", ({ path, authorization }): RegistryReply => {
      if (path === "/token") return { status: 200, body: '{"token":"DCR.1"}' };
      return authorization === undefined
        ? { status: 401, headers: { "www-authenticate": challenge } }
        : { status: 200, headers: { "content-type": manifestType } };
    });
    await expect(find("odd.example/app")).resolves.toMatchObject({ outcome: "found" });
    expect(registries.requests[1]?.query.get("service")).toBe("odd");
  });

  test("is shown the login over TLS or not at all", async () => {
    const realm = 'Bearer realm="http://odd.example/token",service="odd"';
    answerWith({ status: 401, headers: { "www-authenticate": realm } });
    await expect(find("odd.example/app")).resolves.toMatchObject({
      name: "RegistryError",
      message: expect.stringContaining("isn't named by an https:// address"),
    });
    expect(asked()).toEqual(["HEAD odd.example as nobody: 401"]);
  });
});

test("of an answer without end, the beginning is enough", async () => {
  answerWith({ status: 403, body: "x".repeat(1_000), isEndless: true });
  const url = new URL("https://odd.example/");
  const ask = createExchanges({ ...registries.exchanges, timeoutMs: 5_000 });
  const { body } = await ask({ method: "GET", url, accept: "*/*", abort: never });
  expect(body).toHaveLength(64 * 1024);
});

test("nobody is asked without TLS, whoever wants it", async () => {
  const url = new URL(`http://127.0.0.1:${registries.port}/`);
  const ask = createExchanges(registries.exchanges);
  await expect(ask({ method: "GET", url, accept: "*/*", abort: never })).rejects.toMatchObject({
    name: "RegistryError",
    message: expect.stringContaining("without TLS"),
  });
});

const answerWith = (reply: RegistryReply) => registries.add("odd.example", () => reply);

test("an image that everybody may pull shows nothing of the login", async () => {
  answerWith({ status: 200, headers: { "content-type": manifestType } });
  const answer = {
    outcome: "found",
    digest: undefined,
    mediaType: manifestType,
    isPublic: true,
  };
  await expect(find("odd.example/app")).resolves.toEqual(answer);
  expect(asked()).toEqual(["HEAD odd.example as nobody: 200"]);
});

describe("no answer, neither yes nor no, is", () => {
  test.each<[string, RegistryReply, RegExp]>([
    ["a page", { status: 200, headers: { "content-type": "text/html" } }, /not as a registry does/],
    [
      "a way elsewhere",
      { status: 307, headers: { location: "https://elsewhere.example/v2/?token=x" } },
      /^odd\.example leads to elsewhere\.example \(307\)/,
    ],
    ["a way to nowhere", { status: 302 }, /leads elsewhere \(302\)/],
    ["a limit", { status: 429 }, /asked too often/],
    ["trouble of its own", { status: 503 }, /status 503/],
    [
      "a challenge to go nowhere",
      { status: 401, headers: { "www-authenticate": 'Bearer service="x"' } },
      /a service that isn't named/,
    ],
    [
      "a challenge with somebody's login in it",
      { status: 401, headers: { "www-authenticate": 'Bearer realm="https://a@odd.example/"' } },
      /a service that isn't named/,
    ],
  ])("%s", async (_, reply, message) => {
    answerWith(reply);
    const error = await find("odd.example/app");
    expect(error).toBeInstanceOf(RegistryError);
    expect((error as Error).message).toMatch(message);
  });

  test.each<[string, RegistryReply]>([
    ["nothing", { status: 200 }],
    ["a page", { status: 200, body: "<html>" }],
    ["an empty token", { status: 200, body: '{"token":""}' }],
    ["a token with a line break", { status: 200, body: '{"token":"a\\r\\nX: y"}' }],
    ["a way elsewhere", { status: 302, headers: { location: "https://elsewhere.example/" } }],
  ])("%s in a token's place", async (_, reply) => {
    const realm = 'Bearer realm="https://odd.example/token"';
    registries.add("odd.example", ({ path }) =>
      path === "/token" ? reply : { status: 401, headers: { "www-authenticate": realm } },
    );
    const error = await find("odd.example/app");
    expect(error).toBeInstanceOf(RegistryError);
    expect((error as Error).message).toMatch(/gives the tokens.*without a token/);
    expect(registries.requests).toHaveLength(2);
  });

  test("silence", async () => {
    answerWith({ status: 0, silent: true });
    const error = await find("odd.example/app", { timeoutMs: 60 });
    expect(error).toMatchObject({ message: "odd.example gave no answer within 0.06 s" });
  });

  test("another protocol", async () => {
    answerWith({ status: 101, headers: { connection: "upgrade", upgrade: "odd" } });
    const error = await find("odd.example/app", { timeoutMs: 2_000 });
    expect(error).toMatchObject({
      message: "what odd.example answers can't be read as HTTP (101)",
    });
  });

  test("the end of the diagnosis's own time", async () => {
    answerWith({ status: 0, silent: true });
    const error = await find("odd.example/app", { abort: AbortSignal.timeout(30) });
    expect(error).toMatchObject({ message: "no time was left for odd.example to answer" });
  });

  test("a host that isn't there", async () => {
    const error = await find("nowhere.example/app");
    expect(error).toMatchObject({ message: expect.stringMatching(/^nowhere\.example can't be/) });
  });

  test("a port where nobody listens", async () => {
    const locate = () => ({ host: "127.0.0.1", port: 1 });
    const error = await find("odd.example/app", { locate });
    expect(error).toMatchObject({
      message: "odd.example can't be reached: connection refused",
      hint: expect.stringContaining("--local"),
    });
  });

  test("a certificate that nobody trusts", async () => {
    const error = await find("odd.example/app", { ca: undefined });
    expect(error).toMatchObject({ message: expect.stringMatching(/isn't trusted \(\w+\)$/) });
    expect(registries.requests).toEqual([]);
  });

  test("a certificate of another host", async () => {
    const locate = () => ({ host: "127.0.0.1", port: registries.port });
    const error = await find("another.example/app", { locate });
    expect(error).toMatchObject({ message: expect.stringMatching(/ALTNAME/) });
    expect(registries.requests).toEqual([]);
  });
});

describe("what a registry says of a refusal", () => {
  const said = async (body: string) => {
    answerWith({ status: 403, body });
    return (await find("odd.example/app")) as { readonly text?: string; readonly code?: string };
  };

  test("stays one line, and does nothing to a terminal", async () => {
    const { body = "" } = failure(403, "DENIED", "no\u001b[2J\r\nnever\u202e\u2028 and \t none");
    expect(await said(body)).toMatchObject({ code: "DENIED", text: "no [2J never and none" });
  });

  test("is cut where it gets long", async () => {
    const { text } = await said(failure(403, "DENIED", "no ".repeat(9_000)).body ?? "");
    expect(text).toHaveLength(600);
  });

  test.each([
    ["no JSON", "<html>forbidden</html>"],
    ["another shape", '{"errors":{"code":1}}'],
    ["no error", '{"errors":[]}'],
    ["codes and texts of no kind", '{"errors":[{"code":{},"message":[1]}]}'],
  ])("is nothing where it is %s", async (_, body) => {
    expect(await said(body)).toMatchObject({ status: 403, code: undefined, text: undefined });
  });

  test("doesn't repeat what it was shown", async () => {
    const echo = ({ authorization = "" }) =>
      authorization === ""
        ? { status: 401 }
        : failure(403, "DENIED", `no ${authorization}, ${canary}, ${atob(authorization.slice(6))}`);
    registries.add("odd.example", echo);
    const { text } = (await find("odd.example/app", { username: "me" })) as { text?: string };
    expect(text).toMatch(/^no Basic \[redacted\], \[redacted\], me:\[redacted\]$/);
  });

  test("doesn't repeat what only the service for its tokens was shown", async () => {
    const realm = 'Bearer realm="https://odd.example/token"';
    registries.add("odd.example", ({ path, authorization }) => {
      if (path === "/token") return { status: 200, body: '{"token":"DCR.1"}' };
      return authorization === undefined
        ? { status: 401, headers: { "www-authenticate": realm } }
        : failure(403, "DENIED", `no ${btoa(`me:${canary}`)}`);
    });
    const answer = await find("odd.example/app", { username: "me" });
    expect(answer).toMatchObject({ text: "no [redacted]" });
  });

  test("doesn't repeat it in part, where it would be cut, nor as a code", async () => {
    const password = "CANARY_PASSWORD_OF_NOBODY";
    const padded = " ".repeat(8_000 - 20) + password;
    registries.add("odd.example", ({ authorization }) =>
      authorization === undefined ? { status: 401 } : failure(403, password, padded),
    );
    const answer = await find("odd.example/app", { password });
    expect(answer).toMatchObject({ code: undefined, text: "[redacted]" });
  });
});

test("what a request shows stays wrapped until it is sent", () => {
  const exchange = { authorization: new SecretValue(canary) };
  expect(JSON.stringify(exchange) + inspect(exchange)).not.toContain(canary);
});
