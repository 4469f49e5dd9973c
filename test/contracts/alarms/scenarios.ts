/** What may happen to a stage, which alarms are red then, and what makes them green again. */
import type { DeployedStage } from "./deployed-stage.ts";

export interface Scenario {
  /** What a person would say of it. */
  readonly name: string;
  /** All others are green. */
  readonly red: readonly string[];
  readonly happen: (stage: DeployedStage) => unknown;
  readonly mend?: (stage: DeployedStage) => unknown;
}

const always = Number.POSITIVE_INFINITY;
const unauthorized = { do: { type: "status", code: 401 }, times: always } as const;

/** As the refresh function notes them, of clusters that it doesn't get to any more. */
function registerFailing(stage: DeployedStage, clusters: number, tags: object = {}): void {
  const failingSince = stage.inHours((-3 * stage.scheduleMinutes) / 60);
  for (const name of names(clusters)) {
    stage.register(name, { "failing-since": failingSince, ...tags });
  }
}

const names = (clusters: number) => Array.from({ length: clusters }, (_, index) => `eu-${index}`);

const healthy: readonly Scenario[] = [
  {
    name: "no cluster is registered",
    red: [],
    happen: (stage) => stage.tick(2),
  },
  {
    name: "all goes well",
    red: [],
    async happen(stage) {
      stage.register("eu");
      await stage.tick(4);
    },
  },
  {
    name: "a cluster fails twice, which the next tick may mend",
    red: [],
    async happen(stage) {
      stage.register("eu");
      stage.cluster.fault(unauthorized);
      await stage.tick(2);
    },
  },
  {
    name: "a pull secret has 4 hours left, and a credential 26 % of its life",
    red: [],
    async happen(stage) {
      const credential = `${stage.inHours(-74)}/${stage.inHours(26)}`;
      stage.register("eu", { "expires-at": stage.inHours(4), credential });
      await stage.tickInVain();
    },
  },
];

const clustersFail: readonly Scenario[] = [
  {
    name: "a cluster fails for three schedules",
    red: ["failing"],
    async happen(stage) {
      stage.register("eu");
      stage.cluster.fault(unauthorized);
      await stage.tick(4);
    },
    async mend(stage) {
      stage.cluster.clearFaults();
      await stage.tick(2);
    },
  },
  {
    name: "twenty clusters keep failing, each of which the topic is told",
    red: ["failing"],
    async happen(stage) {
      registerFailing(stage, 20);
      await stage.tickInVain();
    },
  },
  {
    name: "one more than twenty keep failing, for whom the alarm speaks",
    red: ["failing", "mass-failure"],
    async happen(stage) {
      registerFailing(stage, 21);
      await stage.tickInVain();
    },
    async mend(stage) {
      await stage.noteSuccess(names(21));
      await stage.tickInVain();
    },
  },
  {
    name: "one more fails beside fifty of which messages have told",
    red: ["failing"],
    async happen(stage) {
      registerFailing(stage, 50, { "failure-told-at": stage.inHours(-1) });
      stage.register("eu", { "failing-since": stage.inHours(-4) });
      await stage.tickInVain();
    },
  },
  {
    name: "a cluster that can't be reached has an expiry of less than 3 hours ahead",
    red: ["expiry"],
    async happen(stage) {
      stage.register("eu", { "expires-at": stage.inHours(2.99) });
      await stage.tickInVain();
    },
    mend: (stage) => stage.tick(2),
  },
  {
    name: "the expiry is over",
    red: ["expiry"],
    async happen(stage) {
      stage.register("eu", { "expires-at": stage.inHours(-20) });
      stage.register("us", { "expires-at": stage.inHours(11) });
      await stage.tickInVain();
    },
  },
  {
    name: "a cluster's credential has 24 % of its life left",
    red: ["credential"],
    async happen(stage) {
      const credential = `${stage.inHours(-76)}/${stage.inHours(24)}`;
      stage.register("eu", { credential });
      await stage.tickInVain();
    },
    // Somebody registers it with one that doesn't end.
    mend: (stage) => stage.tick(2),
  },
];

const stageFails: readonly Scenario[] = [
  {
    name: "the schedule is disabled",
    red: ["dispatch-silent"],
    async happen(stage) {
      stage.register("eu");
      await stage.tick(2);
      stage.pass(4 * stage.scheduleMinutes);
    },
    mend: (stage) => stage.tick(),
  },
  {
    name: "the schedule is disabled while a cluster keeps failing, which stays as it was",
    red: ["failing", "dispatch-silent"],
    async happen(stage) {
      registerFailing(stage, 1);
      await stage.tickInVain();
      stage.pass(9 * stage.scheduleMinutes);
    },
  },
  {
    name: "the queue takes nothing, while a pull secret is about to expire",
    red: ["expiry", "dispatch-silent", "dispatch-errors"],
    async happen(stage) {
      stage.register("eu", { "expires-at": stage.inHours(2) });
      stage.aws.deny("sqs:SendMessage");
      await stage.tick(4);
    },
    async mend(stage) {
      stage.aws.allow("sqs:SendMessage");
      await stage.tick(2);
    },
  },
  {
    name: "the clusters can't be listed, once",
    red: ["dispatch-errors"],
    async happen(stage) {
      await stage.tick();
      stage.aws.deny("secretsmanager:ListSecrets");
      await stage.tick();
    },
    async mend(stage) {
      stage.aws.allow("secretsmanager:ListSecrets");
      await stage.tick(2);
    },
  },
  {
    name: "a message is in the queue that nobody of ours sent",
    red: ["dead-letters", "refresh-errors"],
    async happen(stage) {
      stage.register("eu");
      await stage.tick();
      stage.poison();
      await stage.deliver(6);
      stage.pass(1);
    },
    async mend(stage) {
      await stage.clearDeadLetters();
      await stage.tick(2);
    },
  },
  {
    name: "the account's concurrency is used up when the schedule fires",
    red: ["dispatch-throttles"],
    async happen(stage) {
      await stage.tick();
      stage.throttled.add("dispatch");
      await stage.tick();
    },
    async mend(stage) {
      stage.throttled.clear();
      await stage.tick(2);
    },
  },
  {
    name: "the account's concurrency is used up when the queue is worked off",
    red: ["refresh-throttles"],
    async happen(stage) {
      stage.register("eu");
      stage.throttled.add("refresh");
      await stage.tick();
    },
    async mend(stage) {
      stage.throttled.clear();
      await stage.tick(2);
    },
  },
];

export const scenarios: readonly Scenario[] = [...healthy, ...clustersFail, ...stageFails];
