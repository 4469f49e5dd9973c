/**
 * The two commands that authenticate to EKS. They are read, never run: what they ask for is signed by
 * this program, with its own AWS credentials. So whatever would make them sign as somebody else, or
 * for something else, has to be refused.
 */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { ClusterEndpoint, EksCredential } from "../cluster-access.ts";
import { eksRegionOf } from "./eks-host.ts";
import { type Place, refusal, within } from "./refusal.ts";
import type { ExecFields } from "./shape.ts";

interface Command {
  readonly words: string;
  readonly options: ParseArgsOptionsConfig;
}

const string = { type: "string" } as const;
const commands: Readonly<Record<string, Command>> = {
  aws: {
    words: "eks get-token",
    options: {
      "cluster-name": string,
      "cluster-id": string,
      region: string,
      // The AWS CLI takes abbreviations, and `update-kubeconfig` writes this one.
      role: string,
      "role-arn": string,
      output: string,
    },
  },
  "aws-iam-authenticator": {
    words: "token",
    options: {
      "cluster-id": { ...string, short: "i" },
      role: { ...string, short: "r" },
      region: string,
    },
  },
};

const clusterPattern = /^[A-Za-z\d][\w.-]{0,254}$/;
const regionPattern = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/;
const rolePattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

const hint =
  "Store a ServiceAccount's token or an inline client certificate instead. Of commands, only " +
  "`aws eks get-token --cluster-name … [--region …] [--role-arn …] [--output json]` and " +
  "`aws-iam-authenticator token -i … [-r …] [--region …]` are understood.";

/** @throws KubeconfigError */
export function parseEksExec(
  exec: ExecFields,
  { server }: ClusterEndpoint,
  place: Place,
): EksCredential {
  // A path before the name makes no difference to what is never run.
  const name = exec.command?.split("/").at(-1) ?? "";
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw refusal(place, "runs a program, which a stored kubeconfig may not", hint);
  }
  const args = within(place, "args");
  const values = optionsOf(command, exec.args, args);
  const envRegion = regionFromEnv(exec.env, within(place, "env"));
  const region = values["region"] ?? envRegion ?? eksRegionOf(server.hostname);
  const cluster = values["cluster-name"] ?? values["cluster-id"];
  const roleArn = values["role-arn"] ?? values["role"];
  return {
    cluster: required(matching(cluster, clusterPattern, args, "cluster name"), args, "cluster"),
    region: required(matching(region, regionPattern, args, "region"), args, "region"),
    roleArn: matching(roleArn, rolePattern, args, "role ARN"),
  };
}

type OptionValues = Readonly<Record<string, string | undefined>>;

function optionsOf({ words, options }: Command, args: readonly string[], place: Place) {
  const parsed = parseOrUndefined(args, options);
  if (parsed === undefined) {
    throw refusal(place, "holds an option that can't be honoured here", hint);
  }
  if (parsed.words !== words) {
    throw refusal(place, "isn't the command that makes a token", hint);
  }
  if ((parsed.values["output"] ?? "json") !== "json") {
    throw refusal(place, "asks for another output than json", hint);
  }
  return parsed.values;
}

function parseOrUndefined(args: readonly string[], options: ParseArgsOptionsConfig) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const strings = Object.entries(values).map(([name, value]) => [name, String(value)] as const);
    return { words: positionals.join(" "), values: Object.fromEntries(strings) as OptionValues };
  } catch {
    return undefined;
  }
}

function matching(value: string | undefined, pattern: RegExp, place: Place, what: string) {
  if (value !== undefined && !pattern.test(value)) {
    throw refusal(place, `doesn't hold a valid ${what}`, hint);
  }
  return value;
}

function required(value: string | undefined, place: Place, what: string): string {
  if (value === undefined) {
    throw refusal(place, `doesn't name the ${what}`, hint);
  }
  return value;
}

function regionFromEnv(env: ExecFields["env"], place: Place): string | undefined {
  for (const [index, variable] of env.entries()) {
    requireHonoured(variable.name, variable.value, within(place, index));
  }
  const fromEnv = (wanted: string) => env.find(({ name }) => name === wanted)?.value;
  return fromEnv("AWS_REGION") ?? fromEnv("AWS_DEFAULT_REGION");
}

function requireHonoured(name: string, value: string, place: Place): void {
  if (name === "AWS_REGION" || name === "AWS_DEFAULT_REGION") {
    matching(value, regionPattern, within(place, "value"), "region");
    return;
  }
  if (name === "AWS_STS_REGIONAL_ENDPOINTS" && value === "regional") {
    return;
  }
  const profile = name === "AWS_PROFILE" ? "AWS_PROFILE, a profile of somebody's machine" : "";
  throw refusal(
    place,
    `sets ${profile || "a variable that can't be honoured here"}`,
    "Remove it: the token is signed with this program's own AWS credentials, or by --role-arn.",
  );
}
