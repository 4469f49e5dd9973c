/** What an option costs is said where it is switched on: by the prices of `docs/cost.md`. */
import { describe, expect, test } from "vitest";
import { renderJsonSchema } from "../../../src/config/json-schema.ts";
import { clusterMetrics } from "../../../src/telemetry/metrics.ts";
import { countsOf, monthHours } from "../../cost/month.ts";
import { dollarsFor, type PriceName, prices, pricesOf } from "../../cost/prices.ts";

const { properties } = JSON.parse(renderJsonSchema());
const { kmsKeyArn, logRetentionDays, vpc } = properties.aws.properties;
const { fixedEgress } = vpc.properties;
const { perCluster } = properties.metrics.properties;

const dollars = (price: PriceName, quantity: number) =>
  `$${Number(dollarsFor(price, quantity, true).toFixed(3))}`;
const { sweeps } = countsOf({ clusters: 1, scheduleMinutes: 10 });
const perKeyUse = `about $${dollarsFor("kmsCall", sweeps, true).toFixed(2)} a month for each cluster`;
const series = dollarsFor("metric", Object.keys(clusterMetrics).length, true).toFixed(2);

describe("the explanation of", () => {
  test.each<[string, { readonly description: string }, readonly string[]]>([
    [
      "aws.kmsKeyArn",
      kmsKeyArn,
      [
        `${dollars("kmsKey", 1)} a month for the key`,
        `${dollars("kmsCall", prices.kmsCall.units)} for 10,000 uses`,
        perKeyUse,
      ],
    ],
    ["aws.logRetentionDays", logRetentionDays, [`${dollars("logStoredGb", 1)} per GB and month`]],
    [
      "aws.vpc.fixedEgress",
      fixedEgress,
      [
        `${dollars("natHour", monthHours)} a month for the gateway`,
        `${dollars("addressHour", monthHours)} for the address`,
        `${dollars("natGb", 1)} per GB`,
        `for ${monthHours} hours`,
      ],
    ],
    ["metrics.perCluster", perCluster, [`$${series} a month for each cluster`]],
  ])("%s says what it costs, and when and where it did", (_, { description }, sentences) => {
    for (const sentence of sentences) expect(description).toContain(sentence);
    expect(description).toContain(`list price of ${pricesOf.region}`);
    expect(description).toContain(pricesOf.when);
  });

  test("no option names a price that isn't looked at here", () => {
    const looked = [kmsKeyArn, logRetentionDays, fixedEgress, perCluster];
    const said = looked.flatMap(({ description }) => description.match(/\$\d/g) ?? []);
    expect(renderJsonSchema().match(/\$\d/g)).toHaveLength(said.length);
  });
});
