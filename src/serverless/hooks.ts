/**
 * What is told before and after `serverless deploy` and `serverless remove`. Whatever goes wrong here
 * is told as well, and stops neither.
 */
import { afterDeploy, beforeDeploy } from "../deploy/around/deploy-text.ts";
import type { AlarmsLook } from "../deploy/around/describe-alarms.ts";
import { explainFailure } from "../deploy/around/explain-failure.ts";
import { type Look, lookFailure } from "../deploy/around/look-at-clusters.ts";
import type { Place } from "../deploy/around/place.ts";
import { afterRemove, beforeRemove } from "../deploy/around/removal-text.ts";
import { renderSection, type Section } from "../deploy/around/section.ts";
import type { Deployer, Surroundings } from "../wiring/surroundings.ts";
import { type Serverless, stackOutput, type Writers } from "./serverless.ts";

export type Hooks = Readonly<Record<string, (error?: unknown) => Promise<void> | void>>;

export interface HookParts {
  readonly serverless: Serverless;
  readonly writers: Writers;
  readonly wire: (deployer: Deployer) => Promise<Surroundings>;
  readonly now: () => Date;
}

export function createHooks(parts: HookParts): Hooks {
  const { serverless, writers, now } = parts;
  /** Of the command that runs; others tell nothing. */
  let atTheEnd: () => Promise<readonly Section[]> = async () => [];
  return {
    "before:deploy:deploy": async () => {
      const place = placeOf(serverless);
      const { around, look } = await lookAround(parts);
      warn(beforeDeploy(look, place), writers);
      atTheEnd = async () => afterDeploy(look, await lookAtAlarms(around, serverless), place);
    },
    "before:remove:remove": async () => {
      const { look } = await lookAround(parts);
      warn(beforeRemove(look, now()), writers);
      atTheEnd = async () => afterRemove(look, placeOf(serverless));
    },
    finalize: async () => {
      for (const section of await atTheEnd()) {
        writers.writeText(renderSection(section));
      }
    },
    error: (error) => addHint(error, serverless),
  };
}

function placeOf(serverless: Serverless): Place {
  const provider = serverless.getProvider("aws");
  return {
    stage: provider.getStage(),
    region: provider.getRegion(),
    profile: provider.getProfile() ?? undefined,
  };
}

interface LookedAround {
  /** Undefined: it couldn't be opened. */
  readonly around: Surroundings | undefined;
  readonly look: Look;
}

async function lookAround({ serverless, writers, wire }: HookParts): Promise<LookedAround> {
  const progress = writers.progress.create({ message: "Looking at the registered clusters" });
  try {
    const { credentials } = await serverless.getProvider("aws").getAwsSdkV3Config();
    const around = await wire({ ...placeOf(serverless), credentials });
    return { around, look: await around.look() };
  } catch (error) {
    return { around: undefined, look: lookFailure(error) };
  } finally {
    progress.remove();
  }
}

async function lookAtAlarms(
  around: Surroundings | undefined,
  serverless: Serverless,
): Promise<AlarmsLook> {
  const arn = stackOutput(serverless, "AlarmTopicArn");
  const email = around?.email;
  if (around === undefined || arn === undefined) {
    return { email, topic: undefined };
  }
  const subscriptions = await around.subscriptions(arn).catch(lookFailure);
  return { email, topic: { arn, subscriptions } };
}

function warn(text: string | undefined, { log }: Writers): void {
  if (text !== undefined) {
    log.warning(text);
  }
}

/** Serverless shows an error's `decoratedMessage` in place of its message. */
function addHint(error: unknown, serverless: Serverless): void {
  const hint = explainFailure(error, placeOf(serverless).region);
  if (hint !== undefined && error instanceof Error) {
    const said = "decoratedMessage" in error ? error.decoratedMessage : undefined;
    Object.assign(error, { decoratedMessage: `${said ?? error.message}\n\n→ ${hint}` });
  }
}
