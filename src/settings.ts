/** The one place that reads the environment. */
import { homedir } from "node:os";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  /** All of it, for kubeconfig plugins: they need PATH, HOME and their own variables. */
  readonly environment: Environment;
  readonly home: string;
  /** AWS_REGION, then AWS_DEFAULT_REGION, as the AWS CLI reads them. */
  readonly awsRegion: string | undefined;
  /** https://no-color.org */
  readonly noColor: boolean;
}

// biome-ignore lint/style/noProcessEnv: this is the one place
export function readSettings(environment: Environment = process.env): Settings {
  return {
    environment,
    home: present(environment["HOME"]) ?? homedir(),
    awsRegion: present(environment["AWS_REGION"]) ?? present(environment["AWS_DEFAULT_REGION"]),
    noColor: present(environment["NO_COLOR"]) !== undefined || environment["TERM"] === "dumb",
  };
}

/** A variable that is set to nothing counts as not set. */
function present(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
