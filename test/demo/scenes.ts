/** What the demo shows, scene by scene. */
import { formatExpiry } from "../../src/cli/print/durations.ts";
import { count } from "../../src/cli/print/wording.ts";
import type { RunStep } from "../../src/cli/terminal/steps.ts";
import { readDockerConfig } from "../../src/pull-secrets/docker-config.ts";
import { SecretValue } from "../../src/secret-value.ts";
import { clusterNames, type World } from "./parts.ts";
import { insist, type Stage } from "./stage.ts";
import type { LogLine, Tick } from "./tick.ts";

export interface Play {
  readonly world: World;
  readonly stage: Stage;
  readonly step: RunStep;
  readonly tick: () => Promise<Tick>;
}

type Scene = (play: Play) => Promise<void>;

const firstTick: Scene = async (play) => {
  const { world, stage } = play;
  stage.heading("First tick: three registered clusters, one of them dead");
  for (const namespace of ["web", "team-a", "team-b"]) {
    world.cluster("prod-eu").state.createNamespace(namespace);
  }
  world.cluster("prod-eu").state.createNamespace("no-thanks", { "pull-ecr": "no" });
  world.cluster("prod-us").state.createNamespace("web");
  world.cluster("prod-us").state.createNamespace("leaving");
  world.cluster("prod-us").state.deleteNamespace("leaving");
  world.cluster("factory").state.createNamespace("line-1");
  await world.cluster("factory").stop();
  const { log, ecrCalls } = await runTick(play);
  for (const line of clusterNames.flatMap((name) => log.get(name) ?? [])) {
    tell(line, play);
  }
  insist(log.get("prod-eu")?.counts["created"] === 4, "prod-eu has four secrets");
  insist(log.get("prod-us")?.counts["created"] === 2, "prod-us has two secrets");
  insist(log.get("factory")?.outcome === "failed", "the dead cluster is a failure");
  insist(ecrCalls === 2, "one token per region served all clusters of the warm function");
  stage.note(`${count(ecrCalls, "call")} to ECR for all of them`);
  stage.note("left out: kube-*, what is labelled pull-ecr=no, a namespace that is being deleted");
};

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
  stage.heading("Ten minutes later: nothing is due, so nothing is done");
  world.skipMinutes(10);
  const { log, writes, ecrCalls } = await runTick(play);
  const written = (writes.get("prod-eu") ?? 0) + (writes.get("prod-us") ?? 0);
  insist(written === 0 && ecrCalls === 0, "an idle tick writes and mints nothing");
  for (const name of ["prod-eu", "prod-us"] as const) {
    const line = log.get(name);
    stage.good(
      `${name.padEnd(8)} ${line?.counts["current"]} up to date: ${line?.cost.requests} lists, no write, no call to ECR`,
    );
  }
  stage.bad("factory  still fails, by name; no other cluster waited for it");
  insist(log.get("factory")?.outcome === "failed", "the dead cluster fails at every tick");
};

const changes: Scene = async (play) => {
  const { world, stage } = play;
  stage.heading("A new namespace, somebody's edit, and the dead cluster is back");
  world.skipMinutes(10);
  const { state } = world.cluster("prod-eu");
  state.createNamespace("shop");
  const before = state.secret("team-a", "ecr-pull")?.metadata.uid;
  const broken = { data: { ".dockerconfigjson": Buffer.from("{}").toString("base64") } };
  state.editSecret("team-a", "ecr-pull", broken);
  await world.cluster("factory").start();
  const { log } = await runTick(play);
  const eu = log.get("prod-eu");
  insist(eu?.counts["created"] === 1 && eu.counts["restored"] === 1, "both are put right");
  insist(state.secret("team-a", "ecr-pull")?.metadata.uid === before, "in place");
  stage.good("prod-eu  shop has its secret; kubectl's edit in team-a was put right, in place");
  insist(log.get("factory")?.outcome === "ok", "the dead cluster recovers by itself");
  const line = log.get("factory");
  if (line) {
    tell(line, play);
  }
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

export const scenes: readonly Scene[] = [firstTick, whatLanded, idleTick, changes, outage];

function runTick({ step, tick }: Play): Promise<Tick> {
  return step("schedule → dispatch → queue → refresh", async (retitle) => {
    const result = await tick();
    retitle(`schedule → dispatch → queue → refresh: ${count(result.log.size, "cluster")} swept`);
    return result;
  });
}

function tell({ cluster, counts, outcome, soonestExpiry, failures }: LogLine, play: Play): void {
  const { world, stage } = play;
  const name = cluster.padEnd(8);
  if (outcome === "failed") {
    stage.bad(`${name} ${failures[0]?.message}`);
    return;
  }
  const expiry = formatExpiry(soonestExpiry ?? null, world.now());
  const linked = count(counts["linked"] ?? 0, "account");
  stage.good(
    `${name} ${count(counts["created"] ?? 0, "secret")} created, ${linked} linked, expires ${expiry}`,
  );
}
