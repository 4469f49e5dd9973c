import { expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { chooseDue } from "../../../src/registration/rules/choose-due.ts";
import { demandOf, digestOf } from "../../../src/rights/demand.ts";
import { owner } from "./objects.ts";

const { pullSecrets } = parseConfig(
  JSON.stringify({
    pullSecrets: [
      { name: "a", clusters: ["prod-*"], registries: [{ type: "ecr", region: "us-east-1" }] },
    ],
  }),
  "test",
);
const asked = digestOf(demandOf(desiredPullSecrets(pullSecrets, "prod-1", owner)));

function listed(name: string, rbac: string | undefined) {
  return { name, state: { ...noState, rbac } };
}

const clusters = [
  listed("prod-2", "0123456789abcdef"),
  listed("prod-3", undefined),
  listed("prod-1", asked),
  listed("dev", asked),
];

test.each([
  { everyone: false, due: ["prod-2", "prod-3"], current: ["prod-1"] },
  { everyone: true, due: ["prod-1", "prod-2", "prod-3"], current: [] },
])("chooses those whose tag isn't the config's digest; everyone: $everyone", (expected) => {
  const { everyone, due, current } = expected;
  const chosen = chooseDue(clusters, { pullSecrets, owner, everyone });
  expect(chosen.due.map(({ name }) => name)).toEqual(due);
  expect(chosen).toMatchObject({ current, unused: ["dev"] });
});
