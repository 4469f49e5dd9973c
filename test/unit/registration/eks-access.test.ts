/** Registration of an EKS cluster on the real adapters: who is let in, and who proves it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { EksApi } from "../../../src/eks/eks-api.ts";
import { eksAccess, needsMapping } from "../../../src/registration/access/eks-access.ts";
import { changesSomething } from "../../../src/registration/plan-registration.ts";
import { openEksCluster } from "../../../src/wiring/eks-cluster.ts";
import { wireEks } from "../../../src/wiring/removal.ts";
import { owner } from "./objects.ts";
import { hasty } from "./registration-scene.ts";
import { type RemovalScene, startRemovalScene } from "./removal-scene.ts";

const region = "us-east-1";
const group = "ecr-pull-secrets";
let scene: RemovalScene;
let api: EksApi;
let principalArn: string;
let name = "";
let names = 0;
/** What the deployed function finds, one answer after the other; the last one stays. */
let findings: (string | undefined)[];

beforeAll(async () => {
  scene = await startRemovalScene();
  api = wireEks(region, undefined);
  principalArn = (await scene.stack.refreshFunction())?.roleArn ?? "";
});
beforeEach(() => {
  names += 1;
  name = `eks-${names}`;
  findings = [undefined];
  scene.asked.length = 0;
  const { url: endpoint, ca } = scene.cluster;
  scene.aws.eks.createCluster(name, { endpoint, ca, authenticationMode: "API" });
});
afterEach(async () => {
  scene.aws.heal();
  await scene.wipe();
});
afterAll(() => scene[Symbol.asyncDispose]());

const entry = () => scene.aws.eks.entriesOf(name).get(principalArn);

async function accessNow() {
  const cluster = await api.describeCluster(name);
  if (cluster === undefined) {
    throw new Error("the fake knows the cluster");
  }
  const found = await api.findAccessEntry(name, principalArn);
  const judgeDeployed = () => {
    const [message] = findings;
    findings = findings.length > 1 ? findings.slice(1) : findings;
    return message === undefined ? undefined : { message };
  };
  return eksAccess({ cluster, region, principalArn, entry: found, owner, judgeDeployed }, api);
}

async function register() {
  return await scene.register({ cluster: name, access: await accessNow() });
}

describe("the first registration", () => {
  test("lets the function's role in by its group, and stores no secret", async () => {
    const outcome = await register();

    expect(outcome.stopped).toBeUndefined();
    expect(entry()).toMatchObject({
      groups: [group],
      tags: { "ecr-pull-secrets/owner": "123456789012/us-east-1/prod" },
    });
    expect(scene.cluster.state.find("ClusterRoleBinding", group)).toMatchObject({
      subjects: [{ kind: "Group", name: group }],
    });
    expect(scene.cluster.state.find("ServiceAccount", group, group)).toBeUndefined();
    const [{ user }] = parse(scene.record(name)?.value ?? "").users;
    expect(user).toEqual({
      exec: {
        apiVersion: "client.authentication.k8s.io/v1beta1",
        command: "aws",
        args: ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
      },
    });
    expect(scene.asked).toEqual([
      { cluster: name, mode: "check" },
      { cluster: name, mode: "sweep" },
    ]);
  });

  test("waits until the control plane knows the entry", async () => {
    findings = ["unauthorized", "unauthorized", undefined];
    const outcome = await register();
    expect(outcome.stopped).toBeUndefined();
    expect(scene.asked).toHaveLength(4);
  });

  test("says what isn't right, and leaves the record for another go", async () => {
    findings = ["it may not list namespaces"];
    const outcome = await register();
    expect(outcome).toMatchObject({ record: "created", sweep: undefined });
    expect(String(outcome.stopped?.error)).toContain("it may not list namespaces");
    expect(scene.asked).toHaveLength(13);

    findings = [undefined];
    expect(await register()).toMatchObject({ record: "kept", stopped: undefined });
  });

  test("stops where somebody else made an entry meanwhile", async () => {
    const access = await accessNow();
    await api.createAccessEntry(name, { principalArn, groups: ["theirs"], tags: {} });
    const outcome = await scene.register({ cluster: name, access });
    expect(String(outcome.stopped?.error)).toMatch(/somebody else changed the access entry/);
    expect(entry()?.groups).toEqual(["theirs"]);
    expect(outcome.record).toBeUndefined();
  });
});

describe("again", () => {
  test("there is nothing to do, and unregister deletes the entry", async () => {
    await register();
    const again = await register();
    expect(changesSomething(again.plan)).toBe(false);
    expect(again.stopped).toBeUndefined();

    const steps: string[] = [];
    const removed = await scene.unregister(
      { cluster: name },
      {
        around: (title, work) => {
          steps.push(title);
          return work();
        },
      },
    );
    expect(removed).toMatchObject({ stopped: undefined, entryDeleted: true });
    expect(steps[0]).toBe(`Delete the access entry in ${name}`);
    expect(entry()).toBeUndefined();
    expect(scene.marked()).toEqual([]);
    expect(scene.record(name)?.deletionAt).toBeDefined();
  });

  test("an entry of somebody else gets the group beside its own, and stays in the end", async () => {
    await api.createAccessEntry(name, { principalArn, groups: ["theirs"], tags: {} });
    const outcome = await register();
    expect(outcome.prepared).toEqual([`group ${group} in the access entry of ${principalArn}`]);
    expect(entry()?.groups).toEqual(["theirs", group]);

    const removed = await scene.unregister({ cluster: name });
    expect(removed).toMatchObject({ stopped: undefined, entryDeleted: false });
    expect(removed.plan.warnings[0]?.message).toMatch(/wasn't made by this program: it stays/);
    expect(entry()?.groups).toEqual(["theirs", group]);
  });
});

test("a cluster that takes no entries is told the line of its ConfigMap, without the role's path", async () => {
  scene.aws.eks.createCluster(name, { endpoint: scene.cluster.url, ca: scene.cluster.ca });
  const cluster = await api.describeCluster(name);
  const role = "arn:aws:iam::123456789012:role/some/path/refresh";
  const problem = cluster && needsMapping({ cluster, region, principalArn: role });
  expect(problem?.message).toContain("- rolearn: arn:aws:iam::123456789012:role/refresh\n");
  expect(problem?.message).toContain("groups: [ecr-pull-secrets]");
  expect(problem?.hint).toMatch(/--role-mapped; .* --access-config authenticationMode=/);
});

describe("an administrator's way", () => {
  const never = new AbortController().signal;
  const usual = { now: () => new Date(), stop: never, abort: never, connection: hasty };
  const isEksHost = (host: string) => host === "127.0.0.1";

  async function open(kubeconfig: string | undefined, endpoint = scene.cluster.url) {
    scene.aws.eks.createCluster(name, { endpoint, ca: scene.cluster.ca });
    const eks = await api.describeCluster(name);
    if (eks === undefined) {
      throw new Error("the fake knows the cluster");
    }
    const lookup = kubeconfig && (await scene.trusted(kubeconfig));
    const place = { eks, region, profile: undefined, kubeconfig: lookup || undefined };
    return await openEksCluster({ ...usual, ...place, isEksHost });
  }

  test("is a context that leads there", async () => {
    await using opened = await open(scene.cluster.kubeconfig());
    expect(await opened.admin.whoAmI()).toBe("admin");
  });

  test("is a context with another address, if its CA is the cluster's", async () => {
    await using opened = await open(
      scene.cluster.kubeconfig(),
      "https://0123456789ABCDEF0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com",
    );
    expect(await opened.admin.whoAmI()).toBe("admin");
  });

  test("is no context of another cluster", async () => {
    const other = scene.cluster.kubeconfig().replace(/certificate-authority-data: .*/, "");
    await expect(open(other, "https://a.gr7.us-east-1.eks.amazonaws.com")).rejects.toThrow(
      /context fake leads to https:\/\/127\.0\.0\.1:\d+, and EKS cluster eks-\d+ is at https:\/\/a\.gr7/,
    );
  });

  test("is signed with AWS credentials, without a kubeconfig", async () => {
    await using opened = await open(undefined);
    expect(opened.context).toBe(`EKS cluster ${name}`);
    // The fake knows no such tokens.
    await expect(opened.admin.whoAmI()).rejects.toMatchObject({
      kind: "unauthorized",
      hint: expect.stringMatching(
        /^your AWS credentials need an access entry .* --context <name>$/,
      ),
    });
  });
});
