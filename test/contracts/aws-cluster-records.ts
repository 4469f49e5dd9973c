/** Records of clusters as this program writes and reads them, from one end to the other. */
import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../src/aws/session.ts";
import { readState } from "../../src/clusters/record-state.ts";
import { createSecretsManagerStore } from "../../src/clusters/secrets-manager-store.ts";
import { createSecretsManagerWriter } from "../../src/clusters/secrets-manager-writer.ts";
import { SecretValue } from "../../src/secret-value.ts";
import { type ContractTarget, clientConfig } from "./aws-target.ts";

const state = { ...readState([]), rbac: "0123456789abcdef" };

export function clusterRecordsContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`records of clusters: ${name}`, () => {
    let target: ContractTarget;
    let records: ReturnType<typeof openRecords>;
    beforeAll(async () => {
      target = await start();
      vi.stubEnv("AWS_ENDPOINT_URL", target.endpoint);
      vi.stubEnv("AWS_ACCESS_KEY_ID", target.credentials.accessKeyId);
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", target.credentials.secretAccessKey);
      vi.stubEnv("AWS_CONFIG_FILE", devNull);
      records = openRecords(target.region);
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await target?.close();
    });

    /** Every test has a cluster of its own, with the kubeconfig "first". */
    async function register() {
      const cluster = randomUUID();
      await expect(create(cluster, "first")).resolves.toBe("created");
      const record = await records.store.read(cluster);
      return { cluster, from: record?.versionId };
    }

    const create = (cluster: string, kubeconfig: string) =>
      records.writer.create(cluster, new SecretValue(kubeconfig), {
        state,
        kmsKeyId: undefined,
        tags: { team: "platform" },
      });

    async function kubeconfigOf(cluster: string) {
      const record = await records.store.read(cluster);
      return record?.kubeconfig instanceof SecretValue ? record.kubeconfig.reveal() : undefined;
    }

    async function put(cluster: string, kubeconfig: string) {
      return (await records.writer.putPending(cluster, new SecretValue(kubeconfig))) ?? "";
    }

    test("a cluster is registered once, with its state", async () => {
      const { cluster } = await register();
      await expect(create(cluster, "second")).resolves.toBe("exists");
      await expect(kubeconfigOf(cluster)).resolves.toBe("first");
      await expect(records.store.describe(cluster)).resolves.toEqual({ name: cluster, state });
    });

    test("a cluster that was unregistered isn't there, and comes back with a new value", async () => {
      const { cluster } = await register();
      await expect(records.writer.remove(cluster, 7)).resolves.toBe(true);
      await expect(records.writer.remove(cluster, 7)).resolves.toBe(false);
      await expect(kubeconfigOf(cluster)).resolves.toBeUndefined();
      await expect(create(cluster, "second")).resolves.toBe("created");
      await expect(kubeconfigOf(cluster)).resolves.toBe("second");
    });

    test("a pending kubeconfig is read by nobody until it is promoted", async () => {
      const { cluster, from } = await register();
      const to = await put(cluster, "second");
      await expect(kubeconfigOf(cluster)).resolves.toBe("first");
      await expect(records.writer.promote(cluster, { from, to })).resolves.toBe("promoted");
      await expect(kubeconfigOf(cluster)).resolves.toBe("second");
      await expect(records.writer.promote(cluster, { from, to })).resolves.toBe("promoted");
    });

    test("a pending kubeconfig gives way to what an admin put meanwhile", async () => {
      const { cluster, from } = await register();
      const to = await put(cluster, "second");
      const SecretId = `ecr-pull-secrets/contract/clusters/${cluster}`;
      const theirs = new PutSecretValueCommand({ SecretId, SecretString: "an admin's" });
      await new SecretsManagerClient(clientConfig(target)).send(theirs);
      await expect(records.writer.promote(cluster, { from, to })).resolves.toBe("changed");
      await expect(kubeconfigOf(cluster)).resolves.toBe("an admin's");
    });

    test("nothing is pending in what was unregistered meanwhile", async () => {
      const { cluster, from } = await register();
      const to = await put(cluster, "second");
      await records.writer.remove(cluster, 7);
      await expect(records.writer.promote(cluster, { from, to })).resolves.toBe("changed");
      await expect(put(cluster, "third")).resolves.toBe("");
    });
  });
}

function openRecords(region: string) {
  const session = createAwsSession({ region, name: "contract" });
  const options = { session, region, stage: "contract" };
  return { store: createSecretsManagerStore(options), writer: createSecretsManagerWriter(options) };
}
