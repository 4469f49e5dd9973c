/** The one place that reads the environment. */
import { homedir } from "node:os";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  /** All of it, for kubeconfig plugins: they need PATH, HOME and their own variables. */
  readonly environment: Environment;
  readonly home: string;
  /** ECR_PULL_SECRETS_STAGE: the deployment that is meant where no --stage is given. */
  readonly stage: string | undefined;
  /** https://no-color.org */
  readonly noColor: boolean;
}

function readAll(): Environment {
  // biome-ignore lint/style/noProcessEnv: this is the one place
  return process.env;
}

export function readSettings(environment: Environment = readAll()): Settings {
  return {
    environment,
    home: present(environment["HOME"]) ?? homedir(),
    stage: present(environment["ECR_PULL_SECRETS_STAGE"]),
    noColor: present(environment["NO_COLOR"]) !== undefined || environment["TERM"] === "dumb",
  };
}

/** A variable that is set to nothing counts as not set. */
function present(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

/** What a deployed function is told by its environment. */
export interface FunctionSettings {
  readonly stage: string;
  readonly region: string;
  readonly account: string;
  readonly queueUrl: string;
  /** Where notices and alarms go. */
  readonly topicArn: string;
  readonly schedulePeriodMinutes: number;
  /** Names or globs of clusters that aren't queued; only dispatch is told of them. */
  readonly localClusters?: readonly string[];
  /** Whether the stage puts AWS sessions into clusters; only dispatch is told. */
  readonly sessions?: boolean;
  /** Of the stage, bundled with the function. */
  readonly configFile: string;
}

/** @throws Error that names the variable: a deployment without it, or with nonsense, is broken */
export function readFunctionSettings(environment: Environment = readAll()): FunctionSettings {
  const required = (name: string) => {
    const value = present(environment[name]);
    if (value === undefined) {
      throw new Error(`the environment variable ${name} isn't set: was this deployed by hand?`);
    }
    return value;
  };
  const minutes = (name: string) => {
    const value = Number(required(name));
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new Error(`the environment variable ${name} is no number of minutes`);
    }
    return value;
  };
  return {
    stage: required("STAGE"),
    region: required("AWS_REGION"),
    account: required("ACCOUNT"),
    queueUrl: required("QUEUE_URL"),
    topicArn: required("TOPIC_ARN"),
    schedulePeriodMinutes: minutes("SCHEDULE_MINUTES"),
    localClusters: readList("LOCAL_CLUSTERS", environment),
    sessions: present(environment["AWS_SESSIONS"]) !== undefined,
    configFile: required("CONFIG_FILE"),
  };
}

/** Not set: none. Dispatch of a new version may still run with the environment of the one before. */
function readList(name: string, environment: Environment): readonly string[] {
  const text = present(environment[name]) ?? "[]";
  const list = parseJson(text);
  if (!Array.isArray(list) || !list.every((each) => typeof each === "string")) {
    throw new Error(`the environment variable ${name} is no list of texts as JSON`);
  }
  return list;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
