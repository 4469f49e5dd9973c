/**
 * What this program relies on in EKS, said with the SDK that it uses. Left out is what the emulator
 * doesn't do: it names no user, takes any principal, any group and entries for every authentication
 * mode, and without Docker its clusters have no certificate.
 */
import { randomUUID } from "node:crypto";
import {
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
  UpdateAccessEntryCommand,
} from "@aws-sdk/client-eks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assume, type ContractTarget, clientConfig } from "./aws-target.ts";

export interface EksTarget extends ContractTarget {
  /** One with access entries, which is ACTIVE. */
  createCluster(name: string): Promise<void>;
}

const principalArn = "arn:aws:iam::210987654321:role/path/to/refresh";

export function eksContract(name: string, start: () => Promise<EksTarget>): void {
  describe(`EKS: ${name}`, () => {
    let target: EksTarget;
    let client: EKSClient;
    beforeAll(async () => {
      target = await start();
      client = new EKSClient(clientConfig(target));
    });
    afterAll(() => target?.close());

    /** Every test has a cluster of its own. */
    async function create(): Promise<string> {
      const clusterName = `contract-${randomUUID()}`;
      await target.createCluster(clusterName);
      return clusterName;
    }

    const createEntry = (clusterName: string, kubernetesGroups: string[]) => {
      const tags = { "ecr-pull-secrets:owner": "contract" };
      const entry = { clusterName, principalArn, kubernetesGroups, tags };
      return client.send(new CreateAccessEntryCommand(entry));
    };
    const findEntry = (clusterName: string) =>
      client.send(new DescribeAccessEntryCommand({ clusterName, principalArn }));
    const updateEntry = (clusterName: string, kubernetesGroups: string[]) =>
      client.send(new UpdateAccessEntryCommand({ clusterName, principalArn, kubernetesGroups }));
    const deleteEntry = (clusterName: string) =>
      client.send(new DeleteAccessEntryCommand({ clusterName, principalArn }));

    const missing = { name: "ResourceNotFoundException" };

    describe("DescribeCluster", () => {
      test("answers where the cluster is, and how it takes who enters", async () => {
        const cluster = await create();
        const answer = await client.send(new DescribeClusterCommand({ name: cluster }));
        expect(answer.cluster).toMatchObject({
          name: cluster,
          arn: `arn:aws:eks:${target.region}:${target.account}:cluster/${cluster}`,
          status: "ACTIVE",
          version: expect.stringMatching(/^1\.\d+$/),
          endpoint: expect.stringMatching(/^https:\/\//),
          accessConfig: { authenticationMode: "API" },
        });
      });

      test("doesn't find a cluster that isn't there", async () => {
        const ask = client.send(new DescribeClusterCommand({ name: "nowhere" }));
        await expect(ask).rejects.toMatchObject(missing);
      });
    });

    describe("an access entry", () => {
      test("is made with its groups and tags", async () => {
        const cluster = await create();
        await createEntry(cluster, ["ours"]);
        expect((await findEntry(cluster)).accessEntry).toMatchObject({
          principalArn,
          kubernetesGroups: ["ours"],
          tags: { "ecr-pull-secrets:owner": "contract" },
          type: "STANDARD",
          accessEntryArn: expect.stringMatching(
            `^arn:aws:eks:${target.region}:${target.account}:access-entry/${cluster}/`,
          ),
        });
      });

      test("is made once, and stays as it is", async () => {
        const cluster = await create();
        await createEntry(cluster, ["theirs"]);
        await expect(createEntry(cluster, ["ours"])).rejects.toMatchObject({
          name: "ResourceInUseException",
        });
        expect((await findEntry(cluster)).accessEntry?.kubernetesGroups).toEqual(["theirs"]);
      });

      test("has its groups replaced", async () => {
        const cluster = await create();
        await createEntry(cluster, ["theirs"]);
        await updateEntry(cluster, ["theirs", "ours"]);
        expect((await findEntry(cluster)).accessEntry).toMatchObject({
          kubernetesGroups: ["theirs", "ours"],
          tags: { "ecr-pull-secrets:owner": "contract" },
        });
      });

      test("is deleted", async () => {
        const cluster = await create();
        await createEntry(cluster, ["ours"]);
        await deleteEntry(cluster);
        await expect(findEntry(cluster)).rejects.toMatchObject(missing);
      });

      test("isn't found where there is none", async () => {
        const cluster = await create();
        for (const where of [cluster, "nowhere"]) {
          await expect(findEntry(where)).rejects.toMatchObject(missing);
          await expect(updateEntry(where, ["ours"])).rejects.toMatchObject(missing);
          await expect(deleteEntry(where)).rejects.toMatchObject(missing);
        }
        await expect(createEntry("nowhere", ["ours"])).rejects.toMatchObject(missing);
      });
    });

    test("is denied to a role without the right, naming action and principal", async () => {
      const cluster = await create();
      const credentials = await assume(target, target.powerlessRoleArn);
      const powerless = new EKSClient(clientConfig(target, { credentials }));
      const entry = { clusterName: cluster, principalArn };
      for (const [action, ask] of [
        ["DescribeCluster", () => powerless.send(new DescribeClusterCommand({ name: cluster }))],
        ["CreateAccessEntry", () => powerless.send(new CreateAccessEntryCommand(entry))],
      ] as const) {
        await expect(ask()).rejects.toMatchObject({
          name: "AccessDeniedException",
          message: expect.stringMatching(
            `^User: arn:aws:sts::\\d{12}:assumed-role/\\S+/contract is not authorized to perform: eks:${action} `,
          ),
        });
      }
    });
  });
}
