/** What the demo shows, scene by scene. */
import { formatExpiry } from "../../src/cli/durations.ts";
import { count } from "../../src/cli/wording.ts";
import { readDockerConfig } from "../../src/pull-secrets/docker-config.ts";
import { SecretValue } from "../../src/secret-value.ts";
import type { World } from "./parts.ts";
import { insist, type Stage } from "./stage.ts";
import { type Cost, type Swept, sweep } from "./sweep.ts";

type Scene = (world: World, stage: Stage) => Promise<void>;

const firstSweep: Scene = async (world, stage) => {
  stage.heading("First sweep: a cluster with namespaces of every kind");
  for (const name of ["web", "team-a", "team-b"]) {
    world.cluster.state.createNamespace(name);
  }
  world.cluster.state.createNamespace("no-thanks", { "pull-ecr": "no" });
  world.cluster.state.createNamespace("leaving");
  world.cluster.state.deleteNamespace("leaving");
  const swept = await sweep(world);
  insist(swept.report.outcome === "ok", "the first sweep succeeds");
  insist(swept.cost.ecrCalls === 2, "one token per region, whatever the number of namespaces");
  insist(swept.report.counts.linked === swept.report.counts.created, "every account is linked");
  for (const { namespace, pullSecret, expiresAt } of swept.report.secrets) {
    const expiry = formatExpiry(expiresAt, world.now());
    stage.good(`${namespace.padEnd(12)} ${pullSecret} created and linked, expires ${expiry}`);
  }
  stage.note("kube-*       left out: excluded by the config");
  stage.note("no-thanks    left out: its label says pull-ecr=no");
  for (const { namespace, message } of swept.report.notices) {
    stage.note(`${namespace.padEnd(12)} ${message}`);
  }
  stage.note(`${describe(swept.cost)}; over one TLS connection`);
  insist(world.cluster.tlsSessions === 1, "all of it went over one TLS connection");
};

const whatLanded: Scene = async (world, stage) => {
  stage.heading("What landed: a login for each registry, with a token of its region");
  const data = world.cluster.state.secretData("web", "ecr-pull")?.[".dockerconfigjson"] ?? "";
  const logins = readDockerConfig(new SecretValue(data));
  insist(logins.size === 2, "the secret holds a login for both registries");
  for (const [host, { username, password }] of logins) {
    const minted = world.aws.tokens.find((token) => token.password === password.reveal());
    insist(minted !== undefined, `ECR minted the token for ${host}`);
    stage.good(`${host} as ${username}, token minted in ${minted.region}`);
  }
};

const nothingDue: Scene = async (world, stage) => {
  stage.heading("Ten minutes later: nothing is due, so nothing is done");
  const { report, cost } = await sweep(world);
  insist(cost.writes === 0 && cost.ecrCalls === 0, "an idle sweep writes and mints nothing");
  stage.good(`${report.counts.current} secrets up to date: ${describe(cost)}`);
};

const newNamespace: Scene = async (world, stage) => {
  stage.heading("A new namespace: it has its secret after the next sweep");
  world.cluster.state.createNamespace("shop");
  const { report, cost } = await sweep(world);
  const [line] = changed(report);
  insist(line?.namespace === "shop" && cost.writes === 2, "only the new namespace is written to");
  stage.good(`shop         ecr-pull created and linked, ${report.counts.current} others untouched`);
};

const edit: Scene = async (world, stage) => {
  stage.heading("Somebody's edit: seen without reading the secret, and put right");
  const before = world.cluster.state.secret("team-a", "ecr-pull")?.metadata.uid;
  const broken = { data: { ".dockerconfigjson": Buffer.from("{}").toString("base64") } };
  world.cluster.state.editSecret("team-a", "ecr-pull", broken);
  const { report, cost } = await sweep(world);
  const [line] = changed(report);
  insist(line?.result === "restored" && cost.reads === 0, "the edit is put right without a read");
  const after = world.cluster.state.secret("team-a", "ecr-pull")?.metadata.uid;
  insist(before === after, "the secret was updated in place");
  stage.good(`${line.namespace.padEnd(12)} restored, because ${line.reason}`);
};

const somebodyElses: Scene = async (world, stage) => {
  stage.heading("A secret of that name that isn't ours: left alone, and said");
  world.cluster.state.createNamespace("legacy");
  world.cluster.state.createSecret("legacy", "ecr-pull", {
    data: { theirs: "1" },
    manager: "helm",
  });
  const { report, cost } = await sweep(world);
  const [failure] = report.failures;
  insist(
    report.outcome === "failed" && cost.writes === 0,
    "a conflict is a failure without a write",
  );
  stage.bad(`${"legacy".padEnd(12)} ${failure?.message}`);
  stage.note(`→ ${failure?.hint}`);
  world.cluster.state.removeNamespace("legacy");
};

const outage: Scene = async (world, stage) => {
  stage.heading("Six hours later, ECR is down: loud from the start, harmless for hours");
  world.skipHours(6.1);
  world.aws.deny("ecr:GetAuthorizationToken");
  const down = await sweep(world);
  const [failure] = down.report.failures;
  insist(down.report.outcome === "failed" && down.cost.writes === 0, "nothing is overwritten");
  stage.bad(`${failure?.message}`);
  const left = formatExpiry(down.report.soonestExpiry, world.now());
  stage.note(
    `${count(down.report.secrets.length, "secret")} still good, the first expires ${left}`,
  );

  world.aws.allow("ecr:GetAuthorizationToken");
  const uid = world.cluster.state.secret("web", "ecr-pull")?.metadata.uid;
  const up = await sweep(world);
  insist(up.report.outcome === "ok" && up.report.counts.renewed > 0, "the next sweep renews");
  insist(world.cluster.state.secret("web", "ecr-pull")?.metadata.uid === uid, "in place");
  stage.good(`ECR is back: ${up.report.counts.renewed} renewed in place, ${describe(up.cost)}`);
};

export const scenes: readonly Scene[] = [
  firstSweep,
  whatLanded,
  nothingDue,
  newNamespace,
  edit,
  somebodyElses,
  outage,
];

function describe({ lists, reads, writes, ecrCalls }: Cost): string {
  const parts = [
    count(lists, "list"),
    ...(reads > 0 ? [count(reads, "read")] : []),
    count(writes, "write"),
    count(ecrCalls, "call to ECR", "calls to ECR"),
  ];
  return parts.join(", ");
}

function changed(report: Swept["report"]) {
  return report.secrets.filter(({ result }) => result !== "current");
}
