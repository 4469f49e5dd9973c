import { describe, expect, test } from "vitest";
import * as z from "zod";
import { asJson, isFine } from "../../../src/cli/registered/visit.ts";
import { type Question, visitClusters } from "../../../src/cli/registered/visit-clusters.ts";
import { AwsError, UserError } from "../../../src/errors.ts";
import { captureRun } from "./captured-run.ts";

const schema = z.object({ cluster: z.string(), outcome: z.enum(["ok", "failed"]) });
type Report = z.output<typeof schema>;

const good = async (cluster: string) => ({ cluster, outcome: "ok" });
const question = (ask: Question<Report>["ask"], writes = true) => ({
  ask,
  areNamed: true,
  schema,
  update: "deploy again",
  verb: "Swept",
  writes,
});
const many = Array.from({ length: 35 }, (_, index) => `cluster-${index}`);

describe("visiting clusters", () => {
  test("asks about at most ten at once, and about every one", async () => {
    let now = 0;
    let peak = 0;
    const ask = async (cluster: string) => {
      now += 1;
      peak = Math.max(peak, now);
      await Promise.resolve();
      now -= 1;
      return good(cluster);
    };
    const { run, said } = captureRun();
    const visits = await visitClusters(many, question(ask), run);
    expect(peak).toBe(10);
    expect(visits.map(({ cluster }) => cluster)).toEqual(many);
    expect(visits.every(isFine)).toBe(true);
    expect(said).toHaveLength(35);
    expect(said[0]).toBe("✔ Swept cluster-0");
  });

  test("goes on where one fails, whatever the reason, and says which", async () => {
    const ask = async (cluster: string) => {
      if (cluster === "cluster-1")
        throw new AwsError("throttled", "too many calls", { hint: "wait" });
      if (cluster === "cluster-2") throw new UserError("the function broke");
      if (cluster === "cluster-3") return { cluster, outcome: "unregistered" };
      return { cluster, outcome: cluster === "cluster-4" ? "failed" : "ok" };
    };
    const { run, said } = captureRun();
    const visits = await visitClusters(many.slice(0, 6), question(ask), run);
    expect(visits.map(isFine)).toEqual([true, false, false, false, false, true]);
    expect(visits.map(({ kind }) => kind)).toEqual([
      ...["answered", "failed", "failed", "unregistered", "answered", "answered"],
    ]);
    expect(asJson(visits[1] as never)).toEqual({
      cluster: "cluster-1",
      outcome: "failed",
      failures: [{ kind: "throttled", message: "too many calls", hint: "wait" }],
    });
    expect(said).toContain("✖ cluster-2: the function broke");
    expect(said).toContain("✖ cluster-3: not registered");
  });

  test("takes for fine what is left to runners, unless somebody named it", async () => {
    const ask = async (cluster: string) => ({ cluster, outcome: "local" });
    const { run, said } = captureRun();
    const [ofAll] = await visitClusters(["edge"], { ...question(ask), areNamed: false }, run);
    expect(ofAll && [isFine(ofAll), asJson(ofAll)]).toEqual([
      true,
      { cluster: "edge", outcome: "local", failures: [] },
    ]);
    const [named] = await visitClusters(["edge"], question(ask), run);
    expect(named && [isFine(named), asJson(named)]).toEqual([
      false,
      {
        cluster: "edge",
        outcome: "failed",
        failures: [
          {
            kind: "local",
            message: "left to a runner inside its network (localClusters)",
            hint: "from a place that reaches it, name it and add --local",
          },
        ],
      },
    ]);
    expect(said).toEqual([
      "✔ edge: left to its runner",
      "✖ edge: left to a runner inside its network (localClusters)",
    ]);
  });

  test.each(["denied", "no-credentials"] as const)(
    "asks no further where AWS answers the caller with %s: it is about all clusters",
    async (kind) => {
      const asked: string[] = [];
      const ask = async (cluster: string) => {
        asked.push(cluster);
        throw new AwsError(kind, "AWS denied lambda:InvokeFunction");
      };
      const { run } = captureRun();
      const visits = await visitClusters(many, question(ask), run);
      expect(asked).toHaveLength(10);
      expect(visits).toHaveLength(35);
      expect(
        visits.every((visit) => visit.kind === "failed" && visit.causes[0]?.kind === kind),
      ).toBe(true);
    },
  );

  test("lets a bug out", async () => {
    const ask = async () => {
      throw new TypeError("x is not a function");
    };
    const { run } = captureRun();
    await expect(visitClusters(many, question(ask), run)).rejects.toThrow(TypeError);
  });
});

describe("Ctrl-C", () => {
  const stuck = () => new Promise<never>(() => {});

  test("begins nothing new, and waits for what changes something", async () => {
    const { run, interrupt } = captureRun();
    const answers = new Map<string, () => void>();
    const ask = (cluster: string) =>
      new Promise((resolve) => answers.set(cluster, () => resolve(good(cluster))));
    const visiting = visitClusters(many, question(ask), run);
    interrupt();
    for (const answer of answers.values()) answer();
    const visits = await visiting;
    const kinds = Map.groupBy(visits, ({ kind }) => kind);
    expect(answers.size).toBe(10);
    expect(kinds.get("answered")).toHaveLength(10);
    expect(kinds.get("interrupted")).toHaveLength(25);
  });

  test("twice gives up waiting, and says that what was begun goes on", async () => {
    const { run, interrupt } = captureRun();
    const visiting = visitClusters(["eu", ...many], question(stuck), run);
    interrupt();
    interrupt();
    const [first, ...rest] = await visiting;
    expect(first).toMatchObject({
      kind: "interrupted",
      causes: [
        { message: expect.stringContaining("goes on"), hint: expect.stringContaining("status eu") },
      ],
    });
    expect(rest.at(-1)).toMatchObject({
      causes: [{ message: expect.stringContaining("before this was begun") }],
    });
  });

  test("ends at once where nothing is changed", async () => {
    const { run, interrupt } = captureRun();
    const visiting = visitClusters(many, question(stuck, false), run);
    interrupt();
    const visits = await visiting;
    expect(visits.map(({ kind }) => kind)).toEqual(many.map(() => "interrupted"));
  });
});
