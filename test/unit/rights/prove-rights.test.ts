import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { ClusterError } from "../../../src/errors.ts";
import type { AccessQuestion, AttemptOutcome, RightsApi } from "../../../src/rights/access.ts";
import { attemptsOf } from "../../../src/rights/attempts.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { proveRights } from "../../../src/rights/prove-rights.ts";
import { namespace } from "../refresh/builders.ts";
import { isGranted } from "./grant.ts";
import { namespaces, wishFor } from "./wishes.ts";

const refused = { outcome: "refused", by: "policy", message: "no" } as const;

test("all is well where each right is granted and each attempt refused", async () => {
  const proofs = await prove({});
  expect(proofs.filter(({ ok }) => !ok)).toEqual([]);
  expect(proofs[0]).toEqual({
    what: "list namespaces",
    expected: "allowed",
    found: "allowed",
    ok: true,
    needsPolicy: false,
  });
  expect(proofs.at(-1)).toEqual({
    what: "add a foreign annotation to secret web/ecr-pull",
    expected: "refused",
    found: "refused",
    ok: true,
    needsPolicy: true,
    message: "no",
  });
});

test("they come in the order of the questions, however late an answer is", async () => {
  const { rights, attempts } = questions();
  let waits = 20;
  const canI = async () => {
    for (let left = waits--; left > 0; left -= 1) await setImmediate();
    return false;
  };
  const proofs = await prove({ canI });
  const count = rights.needed.length + rights.forbidden.length;
  expect(proofs).toHaveLength(count + attempts.length);
  expect(proofs.slice(count).map(({ what }) => what)).toEqual(attempts.map(({ what }) => what));
  expect(proofs.findIndex(({ expected }) => expected === "refused")).toBe(rights.needed.length);
});

test("a right that is missing is not ok, and neither is one too many", async () => {
  const missing = await prove({ canI: async () => false });
  expect(missing.filter(({ ok }) => !ok).every(({ expected }) => expected === "allowed")).toBe(
    true,
  );
  const tooMany = await prove({ canI: async () => true });
  const wrong = tooMany.filter(({ ok }) => !ok);
  expect(wrong).toHaveLength(questions().rights.forbidden.length);
  expect(wrong[0]).toMatchObject({ expected: "refused", found: "allowed" });
});

test.each<[AttemptOutcome, object]>([
  [{ outcome: "allowed" }, { found: "allowed", ok: false }],
  [
    { outcome: "unclear", message: "404" },
    { found: "unclear", ok: false, message: "404" },
  ],
  [
    { ...refused, by: "authorization" },
    { found: "refused", ok: true, message: "no" },
  ],
])("an attempt that is %j", async (outcome, expected) => {
  const proofs = await prove({ attempt: async () => outcome });
  expect(proofs.at(-1)).toMatchObject(expected);
});

test("an API server that can't be asked proves nothing", async () => {
  const error = new ClusterError("unreachable", "no answer");
  await expect(prove({ canI: () => Promise.reject(error) })).rejects.toBe(error);
});

test("never more than 100 questions are in flight", async () => {
  const many = Array.from({ length: 60 }, (_, at) => `ns-${at}`);
  const wish = wishFor([{ namespaces: namespaces(many) }]);
  let [inFlight, most] = [0, 0];
  const canI = async (question: AccessQuestion) => {
    most = Math.max(most, ++inFlight);
    await setImmediate();
    inFlight -= 1;
    return isGranted(rights.objects, question);
  };
  const rights = computeRights(wish);
  const api: RightsApi = { canI, attempt: async () => refused };
  const proofs = await proveRights({ rights, attempts: [] }, api);
  expect(proofs.every(({ ok }) => ok)).toBe(true);
  expect(most).toBe(100);
});

function questions() {
  const wish = wishFor([{}]);
  return { rights: computeRights(wish), attempts: attemptsOf(wish, [namespace("web")]) };
}

function prove(api: Partial<RightsApi>) {
  const asked = questions();
  const canI = async (question: AccessQuestion) => isGranted(asked.rights.objects, question);
  return proveRights(asked, { canI, attempt: async () => refused, ...api });
}
