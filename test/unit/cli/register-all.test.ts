import { describe, expect, test } from "vitest";
import { catalogue } from "../../../src/checks/catalogue.ts";
import { locate } from "../../../src/cli/register/all/locate.ts";
import {
  judgeCheck,
  withoutPolicy,
  withWiderRights,
} from "../../../src/cli/register/judge-check.ts";
import { noState } from "../../../src/clusters/record-state.ts";
import { KubeconfigError } from "../../../src/errors.ts";
import type { RecordedAccess } from "../../../src/registration/found-record.ts";

const server = "https://prod-eu.example.com";
const account = {
  kind: "service-account-token",
  namespace: "elsewhere",
  name: "ecr-pull-secrets",
  issuedAt: new Date(0),
  expiresAt: new Date(1),
  wantedLifetimeSeconds: undefined,
} as const;
const eks = { cluster: "prod", region: "eu-west-1", roleArn: undefined };
const token = { kind: "token", issuedAt: undefined, expiresAt: undefined } as const;
const contextOf = (address: string) => (address === server ? "prod-admin" : undefined);
const rules = { contextOf, withPolicy: true, renew: false, stage: "prod" };

function at(access: RecordedAccess | KubeconfigError, more: Partial<typeof rules> = {}) {
  return locate("prod-eu", { state: noState, access }, { ...rules, ...more });
}

describe("a registered cluster is brought up to the config", () => {
  test("by the context that leads to its server, in the namespace of its account", () => {
    expect(at({ server, credential: account, eks: undefined })).toMatchObject({
      context: "prod-admin",
      request: { cluster: "prod-eu", namespace: "elsewhere", replace: false, eks: undefined },
    });
  });

  test("as a cluster of EKS, if its record names one", () => {
    expect(at({ server, credential: { kind: "eks" }, eks })).toMatchObject({
      request: { eks: { name: "prod", region: "eu-west-1", roleMapped: true } },
    });
  });

  test.each([
    ["no context", { server: "https://other", credential: account, eks: undefined }, /no context/],
    ["a kubeconfig as it was", { server, credential: token, eks: undefined }, /aren't ours/],
    [
      "a token that somebody brought, of an account of theirs",
      { server, credential: { ...account, name: "theirs" }, eks: undefined },
      /aren't ours/,
    ],
    ["a broken record", new KubeconfigError("isn't YAML"), /can't be used: isn't YAML/],
  ])("but not with %s", (_, access, message) => {
    expect(at(access)).toEqual({
      message: expect.stringMatching(message),
      hint:
        access instanceof KubeconfigError
          ? undefined
          : expect.stringMatching(/ecr-pull-secrets (check|register) prod-eu --stage prod/),
    });
  });

  test("with a new credential only where it has one of ours", () => {
    const renew = true;
    expect(at({ server, credential: { kind: "eks" }, eks }, { renew })).toBeUndefined();
    expect(at({ server, credential: token, eks: undefined }, { renew })).toBeUndefined();
    expect(at({ server, credential: account, eks: undefined }, { renew })).toMatchObject({
      request: { renew: true },
    });
  });

  test("unless it was unregistered meanwhile", () => {
    expect(locate("prod-eu", undefined, rules)).toBeUndefined();
  });
});

describe("the deployed function's diagnosis", () => {
  const report = (...checks: readonly object[]) => ({
    cluster: "prod-eu",
    owner: "123456789012/us-east-1/prod",
    at: "2026-03-01T12:00:00Z",
    outcome: checks.some((each) => "result" in each && each.result === "failed") ? "failed" : "ok",
    checks: [{ group: "record", check: "the record can be read", result: "ok" }, ...checks],
  });
  const owner = { stage: "prod", region: "us-east-1" };
  const granted = { group: "rights", check: "every needed right is there", result: "ok" };

  test.each([
    ["nothing", []],
    ["pull secrets, which the first sweep writes", [failure("sweep")]],
    ["the stack, which is the same for all clusters", [failure("stack")]],
  ])("proves the access if it fails on %s", (_, checks) => {
    expect(judgeCheck("prod-eu", report(granted, ...checks), { owner })).toBeUndefined();
  });

  test("proves nothing if nobody asked about rights", () => {
    const skipped = { ...granted, result: "skipped" };
    for (const checks of [[], [skipped]]) {
      expect(judgeCheck("prod-eu", report(...checks), { owner })?.message).toMatch(
        /doesn't tell what it may/,
      );
    }
  });

  test("proves nothing if it is of another cluster", () => {
    expect(judgeCheck("prod-us", report(granted), { owner })?.message).toMatch(/can't be read/);
  });

  test.each([
    ["the policy, of who goes without one", catalogue.policy, withoutPolicy, true],
    ["refusals, of who accepts wider rights", catalogue.refused, withWiderRights, true],
    ["refusals, of who goes without a policy", catalogue.refused, withoutPolicy, false],
    ["needed rights, whatever is accepted", catalogue.needed, withWiderRights, false],
  ])("that fails on %s", (_, check, waived, isProof) => {
    const failing = { ...check, result: "failed", message: "it isn't" };
    const problem = judgeCheck("prod-eu", report(granted, failing), { owner, waived });
    expect(problem === undefined).toBe(isProof);
  });

  const notDeployed =
    "if this config isn't deployed yet: npx serverless deploy --stage prod --region us-east-1; then run this again. If it is, mend it";
  test.each([
    ["record", "mend it"],
    ["network", "mend it"],
    ["credential", "mend it"],
    ["rights", notDeployed],
  ])("proves nothing if it fails on the %s", (group, hint) => {
    const answer = report(failure(group, { hint: "mend it" }));
    expect(judgeCheck("prod-eu", answer, { owner })).toEqual({
      message: "the deployed function can't work in prod-eu yet\nnot so: it is well (it isn't)",
      hint,
    });
  });

  test("that nobody has a remedy for names the command that shows all", () => {
    expect(judgeCheck("prod-eu", report(failure("network")), { owner })?.hint).toMatch(
      /: ecr-pull-secrets check prod-eu --stage prod$/,
    );
  });

  test.each([undefined, null, {}, { outcome: "ok" }, "ok"])(
    "is no proof where it is %j",
    (answer) => {
      expect(judgeCheck("prod-eu", answer, { owner })?.message).toMatch(/can't be read/);
    },
  );

  function failure(group: string, more: object = {}) {
    return { group, check: "it is well", result: "failed", message: "it isn't", ...more };
  }
});
