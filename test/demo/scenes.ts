/** What the demo shows, scene by scene. */
import { formatExpiry } from "../../src/cli/print/durations.ts";
import { count } from "../../src/cli/print/wording.ts";
import type { RunStep } from "../../src/cli/terminal/steps.ts";
import { readDockerConfig } from "../../src/pull-secrets/docker-config.ts";
import { SecretValue } from "../../src/secret-value.ts";
import { type ClusterName, clusterNames, type World } from "./parts.ts";
import { type Registered, registerCluster } from "./register.ts";
import { insist, type Stage } from "./stage.ts";
import { collectLog, type Tick } from "./tick.ts";

export interface Play {
  readonly world: World;
  readonly stage: Stage;
  readonly step: RunStep;
  readonly tick: () => Promise<Tick>;
}

type Scene = (play: Play) => Promise<void>;

const registration: Scene = async (play) => {
  const { world, stage, step } = play;
  stage.heading("Register three clusters: least rights, proved with the new credential, and swept");
  const ecrBefore = world.aws.count("ecr:GetAuthorizationToken");
  const registered = await step("register: plan → apply → prove → store → sweep", () =>
    quietly(world),
  );
  const created = new Map<ClusterName, number>();
  for (const [name, { outcome, sweep }] of registered) {
    created.set(name, sweep.counts.created);
    const refused = outcome.proofs.filter(({ expected }) => expected === "refused").length;
    const proofs = `${outcome.proofs.length - refused} things allowed, ${refused} refused`;
    stage.good(`${name.padEnd(8)} ${proofs} · ${count(sweep.counts.created, "secret")} created`);
  }
  insist(created.get("prod-eu") === 4, "prod-eu has four secrets");
  insist(created.get("prod-us") === 2, "prod-us has two secrets");
  const ecrCalls = world.aws.count("ecr:GetAuthorizationToken") - ecrBefore;
  insist(ecrCalls === 2, "one token per region served all clusters of the warm function");
  stage.note(`${count(ecrCalls, "call")} to ECR for all of them`);
  stage.note("left out: kube-*, what is labelled pull-ecr=no, a namespace that is being deleted");
};

/** The function's log lines are no part of it. */
async function quietly(world: World): Promise<ReadonlyMap<ClusterName, Registered>> {
  const registered = new Map<ClusterName, Registered>();
  await collectLog(async () => {
    for (const name of clusterNames) {
      registered.set(name, await registerCluster(world, name));
    }
  });
  return registered;
}

const whatLanded: Scene = async ({ world, stage }) => {
  stage.heading("What landed: a login for each registry, with a token of its region");
  const { state } = world.cluster("prod-eu");
  const data = state.secretData("web", "ecr-pull")?.[".dockerconfigjson"] ?? "";
  const logins = readDockerConfig(new SecretValue(data));
  insist(logins.size === 2, "the secret holds a login for both registries");
  for (const [host, { username, password }] of logins) {
    const minted = world.aws.tokens.find((token) => token.password === password.reveal());
    insist(minted !== undefined, `ECR minted the token for ${host}`);
    stage.good(`${host} as ${username}, minted in ${minted.region}`);
  }
  const linked = state.imagePullSecrets("web", "default");
  insist(linked?.includes("ecr-pull") === true, "pods get it through their ServiceAccount");
  stage.good("service account default in web lists ecr-pull");
};

const idleTick: Scene = async (play) => {
  const { world, stage } = play;
  stage.heading("Ten minutes later: nothing is due, so nothing is done; but one cluster is dead");
  world.skipMinutes(10);
  await world.cluster("factory").stop();
  const { log, writes, ecrCalls } = await runTick(play);
  const written = (writes.get("prod-eu") ?? 0) + (writes.get("prod-us") ?? 0);
  insist(written === 0 && ecrCalls === 0, "an idle tick writes and mints nothing");
  for (const name of ["prod-eu", "prod-us"] as const) {
    const line = log.get(name);
    stage.good(
      `${name.padEnd(8)} ${line?.counts["current"]} up to date: ${line?.cost.requests} lists, no write, no call to ECR`,
    );
  }
  const dead = log.get("factory");
  insist(dead?.outcome === "failed", "the dead cluster is a failure");
  stage.bad(`factory  ${dead.failures[0]?.message}`);
  stage.note("it fails by name, and no other cluster waits for it");
};

const notice: Scene = async (play) => {
  const { world, stage, step, tick } = play;
  stage.heading(
    "Half an hour later it is still dead: now somebody is told, once, before a pod is hurt",
  );
  await step("schedule → dispatch → queue → refresh: three ticks", async () => {
    for (const _ of Array.from({ length: 3 })) {
      world.skipMinutes(10);
      await tick();
    }
  });
  const told = world.aws.topics.told(world.settings.topicArn);
  insist(told.length === 1, "the topic is told once");
  stage.bad(`${told[0]?.subject}`);
  for (const line of told[0]?.message.split("\n") ?? []) {
    if (/^(Cause|Expires|Look):/.test(line)) stage.note(line);
  }
};

const changes: Scene = async (play) => {
  const { world, stage } = play;
  stage.heading("A new namespace, somebody's edit, and the dead cluster is back");
  world.skipMinutes(10);
  const { state } = world.cluster("prod-eu");
  state.createNamespace("shop");
  world.cluster("factory").state.createNamespace("line-2");
  const before = state.secret("team-a", "ecr-pull")?.metadata.uid;
  const broken = { data: { ".dockerconfigjson": Buffer.from("{}").toString("base64") } };
  state.editSecret("team-a", "ecr-pull", broken);
  await world.cluster("factory").start();
  const { log } = await runTick(play);
  const eu = log.get("prod-eu");
  insist(eu?.counts["created"] === 1 && eu.counts["restored"] === 1, "both are put right");
  insist(state.secret("team-a", "ecr-pull")?.metadata.uid === before, "in place");
  stage.good("prod-eu  shop has its secret; kubectl's edit in team-a was put right, in place");
  const factory = log.get("factory");
  insist(factory?.outcome === "ok", "the dead cluster recovers by itself");
  insist(factory.counts["created"] === 1, "what it missed is made up for");
  stage.good("factory  is back by itself: line-2, made meanwhile, has its secret too");
  const [, recovery, ...more] = world.aws.topics.told(world.settings.topicArn);
  insist(recovery !== undefined && more.length === 0, "the topic is told that it recovered");
  stage.good(`${recovery.subject}`);
};

const outage: Scene = async (play) => {
  const { world, stage } = play;
  stage.heading("Six hours later, ECR is down: loud from the start, harmless for hours");
  world.skipMinutes(6 * 60);
  world.aws.deny("ecr:GetAuthorizationToken");
  const down = await runTick(play);
  const eu = down.log.get("prod-eu");
  insist(eu?.outcome === "failed" && down.writes.get("prod-eu") === 0, "nothing is overwritten");
  stage.bad(`prod-eu  ${eu.failures[0]?.message}`);
  const left = formatExpiry(eu.soonestExpiry ?? null, world.now());
  stage.note(`every secret is still there and good; the first expires ${left}`);

  world.skipMinutes(10);
  world.aws.allow("ecr:GetAuthorizationToken");
  const up = await runTick(play);
  insist(
    [...up.log.values()].every(({ outcome }) => outcome === "ok"),
    "the next tick renews",
  );
  const renewed = [...up.log.values()].reduce(
    (sum, line) => sum + (line.counts["renewed"] ?? 0),
    0,
  );
  insist(renewed > 0, "secrets were renewed");
  stage.good(
    `ECR is back: ${count(renewed, "secret")} renewed in place, in ${up.log.size} clusters`,
  );
};

export const scenes: readonly Scene[] = [
  registration,
  whatLanded,
  idleTick,
  notice,
  changes,
  outage,
];

function runTick({ step, tick }: Play): Promise<Tick> {
  return step("schedule → dispatch → queue → refresh", async (retitle) => {
    const result = await tick();
    retitle(`schedule → dispatch → queue → refresh: ${count(result.log.size, "cluster")} swept`);
    return result;
  });
}
