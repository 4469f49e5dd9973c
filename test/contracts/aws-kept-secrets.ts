/** Logins that somebody keeps in Secrets Manager, as this program reads them. */
import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../src/aws/session.ts";
import { createAwsKeptSecretApi } from "../../src/credentials/aws-kept-secret-api.ts";
import type { KeptSecret, KeptSecretApi } from "../../src/credentials/static.ts";
import { type ContractTarget, clientConfig } from "./aws-target.ts";

export function keptSecretsContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`kept secrets: ${name}`, () => {
    let target: ContractTarget;
    let client: SecretsManagerClient;
    let api: KeptSecretApi;
    beforeAll(async () => {
      target = await start();
      vi.stubEnv("AWS_ENDPOINT_URL", target.endpoint);
      vi.stubEnv("AWS_ACCESS_KEY_ID", target.credentials.accessKeyId);
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", target.credentials.secretAccessKey);
      vi.stubEnv("AWS_CONFIG_FILE", devNull);
      client = new SecretsManagerClient(clientConfig(target));
      api = createAwsKeptSecretApi(createAwsSession({ region: target.region, name: "contract" }));
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await target?.close();
    });

    const at = (secretId: string): KeptSecret => ({ secretId, region: target.region });

    /** Every test has a secret of its own. */
    async function create(content: Partial<CreateSecretCommandInput>) {
      const Name = `registries/${randomUUID()}`;
      const { ARN = "" } = await client.send(new CreateSecretCommand({ Name, ...content }));
      return { name: Name, arn: ARN };
    }

    async function put(SecretId: string, SecretString: string) {
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    }

    async function read(secretId: string) {
      const version = await api.currentVersion(at(secretId));
      return (await api.readVersion(at(secretId), version)).reveal();
    }

    test("are found by name, ARN, and ARN without its end", async () => {
      const { name, arn } = await create({ SecretString: "login" });
      const ids = [name, arn, arn.slice(0, -7)];
      const versions = await Promise.all(ids.map((id) => api.currentVersion(at(id))));
      expect(new Set(versions).size).toBe(1);
      for (const id of ids) await expect(read(id)).resolves.toBe("login");
    });

    test("have another version after each put, of which the one before stays readable", async () => {
      const { name } = await create({ SecretString: "first" });
      const first = await api.currentVersion(at(name));
      await put(name, "second");
      expect(await api.currentVersion(at(name))).not.toBe(first);
      await expect(read(name)).resolves.toBe("second");
      expect((await api.readVersion(at(name), first)).reveal()).toBe("first");
    });

    test("come as they were put, with every kind of character", async () => {
      const SecretString = '{"private_key": "-----BEGIN\\nä😀"}\r\n';
      const { name } = await create({ SecretString });
      await expect(read(name)).resolves.toBe(SecretString);
    });

    test("aren't there without a value, and aren't text when they are binary", async () => {
      const empty = await create({});
      await expect(read(empty.name)).rejects.toMatchObject({
        name: "MintError",
        message: expect.stringContaining("holds no value"),
      });
      const binary = await create({ SecretBinary: new Uint8Array([0, 255]) });
      await expect(read(binary.name)).rejects.toMatchObject({
        name: "MintError",
        message: expect.stringContaining("holds binary data"),
      });
    });

    test("are missed by name, and by a version that is none of theirs", async () => {
      await expect(read("registries/nowhere")).rejects.toMatchObject({
        message: `there is no secret registries/nowhere in Secrets Manager in ${target.region}`,
      });
      const { name } = await create({ SecretString: "login" });
      await expect(api.readVersion(at(name), randomUUID())).rejects.toMatchObject({
        message: expect.stringContaining("lost the version"),
      });
    });

    test("are told as marked for deletion, by version and by value", async () => {
      const { name } = await create({ SecretString: "login" });
      const version = await api.currentVersion(at(name));
      await client.send(new DeleteSecretCommand({ SecretId: name }));
      const doomed = { kind: "conflict", message: expect.stringContaining("marked for deletion") };
      await expect(api.currentVersion(at(name))).rejects.toMatchObject(doomed);
      await expect(api.readVersion(at(name), version)).rejects.toMatchObject(doomed);
    });
  });
}
