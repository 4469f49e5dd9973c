import { describe, expect, test } from "vitest";
import { findMarked } from "../../../src/registration/removal/find-marked.ts";
import { planRemoval } from "../../../src/registration/removal/plan-removal.ts";
import { removesSomething } from "../../../src/registration/removal/removal-plan.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { groupName } from "../../../src/rights/names.ts";
import type { Subject } from "../../../src/rights/rights.ts";
import { desiredOf, live, owner } from "./objects.ts";

const group: Subject = { kind: "Group", name: groupName };
const account: Subject = { kind: "ServiceAccount", namespace: "ops", name: "ecr-pull-secrets" };
const principalArn = "arn:aws:iam::123456789012:role/refresh";
const entry = { cluster: "prod", region: "us-east-1", principalArn, isOurs: true };
const wish = {
  ...{ cluster: "prod-eu", owner, keepSecrets: false, recoveryDays: 30 },
  ...{ server: undefined, leftovers: false },
};

/** Of a cluster that is registered by another name alone, for this subject. */
async function planFor(subject: Subject) {
  const other = { cluster: "second", owner, namespace: "ops", withPolicy: true };
  const { objects } = computeRights({ ...other, desired: desiredOf(), subject });
  const list = async ({ kind }: { readonly kind: string }) =>
    objects.filter((object) => object.kind === kind).map(live);
  const found = { server: "https://10.0.0.1", record: undefined, accountThere: false, entry };
  const marked = await findMarked({ list }, wish);
  return planRemoval({ ...found, marked, links: [], namespaces: [] }, wish);
}

describe("the access entry that we made in EKS", () => {
  test("stays, and is said to, if another name's rights are the group's as well", async () => {
    const plan = await planFor(group);
    expect(plan.cluster?.entry).toBeUndefined();
    expect(removesSomething(plan)).toBe(false);
    expect(plan.warnings.map(({ message }) => message)).toContain(
      `the access entry of ${principalArn} in the EKS cluster prod stays: second needs it, too`,
    );
  });

  test("goes if the other name has an account of its own", async () => {
    const plan = await planFor(account);
    expect(plan.cluster?.entry).toEqual(entry);
    expect(plan.warnings.map(({ message }) => message).join()).not.toContain("access entry");
  });
});
