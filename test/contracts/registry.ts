/** What a registry with Basic auth answers, as `check --image` asks it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExchanges, type ExchangeOptions } from "../../src/registries/exchange.ts";
import { createFindImage } from "../../src/registries/find-image.ts";
import { parseImage } from "../../src/registries/image-reference.ts";
import { SecretValue } from "../../src/secret-value.ts";

export interface RegistryTarget {
  /** As images name it. */
  readonly host: string;
  readonly exchanges: ExchangeOptions;
  /** Of the user AWS. */
  readonly password: string;
  /** Puts an image there, tagged `latest`; its digest. */
  push(repository: string): Promise<string>;
  close(): Promise<unknown>;
}

export function registryContract(name: string, start: () => Promise<RegistryTarget>): void {
  describe(`a registry: ${name}`, () => {
    let target: RegistryTarget;
    let digest: string;
    beforeAll(async () => {
      target = await start();
      digest = await target.push("team/app");
    });
    afterAll(() => target?.close());

    const abort = new AbortController().signal;
    const find = (image: string, password = target.password) => {
      const login = { username: "AWS", password: new SecretValue(password) };
      const reference = parseImage(`${target.host}/${image}`);
      return createFindImage(createExchanges(target.exchanges))(reference, login, abort);
    };

    test("asks somebody without a login for one", async () => {
      const url = new URL(`https://${target.host}/v2/team/app/manifests/latest`);
      const ask = createExchanges(target.exchanges);
      const reply = await ask({ method: "HEAD", url, accept: "*/*", abort });
      expect(reply).toMatchObject({ status: 401, body: "" });
      expect(reply.headers["www-authenticate"]).toMatch(/^Basic realm="/);
    });

    test.each(["latest", "digest"])("finds an image by its %s", async (by) => {
      const image = by === "digest" ? `team/app@${digest}` : "team/app:latest";
      await expect(find(image)).resolves.toEqual({
        outcome: "found",
        digest,
        mediaType: expect.stringMatching(/^application\/vnd\.(oci|docker)\./),
        isPublic: false,
      });
    });

    test("says of a tag that isn't there that it doesn't know it", async () => {
      const missing = { outcome: "missing", host: target.host, status: 404 };
      await expect(find("team/app:other")).resolves.toMatchObject({
        ...missing,
        code: "MANIFEST_UNKNOWN",
        text: expect.stringMatching(/./),
      });
      await expect(find("team/other")).resolves.toMatchObject(missing);
    });

    test("refuses a login that it doesn't take, and says so", async () => {
      const answer = await find("team/app", "wrong");
      expect(answer).toMatchObject({ outcome: "refused", host: target.host });
      expect(answer).toHaveProperty("code", expect.stringMatching(/^(UNAUTHORIZED|DENIED)$/));
      expect(answer).toHaveProperty("text", expect.stringMatching(/./));
    });
  });
}
