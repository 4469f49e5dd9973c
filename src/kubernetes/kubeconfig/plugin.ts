import { stripVTControlCharacters } from "node:util";
import type { ClusterEndpoint } from "../cluster-access.ts";
import type { FetchedCredential } from "./cached-credential.ts";
import { execClusterInfo, parseExecCredential } from "./exec-credential.ts";
import { resolveBeside } from "./files.ts";
import { knownPlugin } from "./known-plugins.ts";
import { type PluginOutcome, type PluginTerminal, runPluginProcess } from "./plugin-process.ts";
import { type Place, quotedName, refusal, within } from "./refusal.ts";
import type { ClusterFields, ExecFields } from "./shape.ts";

/** What a plugin finds around it. */
export interface PluginHost {
  /** The whole environment: a plugin needs PATH, HOME and its own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Where to show what a plugin says, if somebody sits there who can answer it. */
  readonly terminal?: PluginTerminal | undefined;
  /** For a plugin with nobody to ask; default a minute. */
  readonly pluginTimeoutMs?: number;
}

export interface PluginCall {
  readonly exec: ExecFields;
  readonly user: string;
  /** `users[0].user.exec` */
  readonly place: Place;
  readonly endpoint: ClusterEndpoint;
  readonly cluster: ClusterFields;
}

const apiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
const defaultTimeoutMs = 60_000;

/** Runs an exec plugin as kubectl does. @throws KubeconfigError */
export async function runPlugin(call: PluginCall, host: PluginHost): Promise<FetchedCredential> {
  const { exec, place, endpoint } = call;
  const command = commandOf(call);
  const apiVersion = apiVersionOf(call);
  const terminal = terminalOf(call, host);
  const spec = {
    cluster: exec.provideClusterInfo ? execClusterInfo(endpoint, call.cluster) : undefined,
    interactive: terminal !== undefined,
  };
  const info = { kind: "ExecCredential", apiVersion, spec };
  const ownEnv = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  const timeoutMs = host.pluginTimeoutMs ?? defaultTimeoutMs;
  const outcome = await runPluginProcess({
    command,
    args: exec.args,
    env: { ...host.env, ...ownEnv, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    terminal,
    timeoutMs,
  });
  const output = outputOf(outcome, { call, command, timeoutMs });
  return parseExecCredential(output, { apiVersion, place, hint: tryHint(call), now: host.now() });
}

function commandOf({ exec, place }: PluginCall): string {
  if (exec.command === undefined) {
    throw refusal(within(place, "command"), "is missing", "Name the plugin to run.");
  }
  // A bare name comes from PATH, a relative path from beside the kubeconfig.
  return exec.command.includes("/") ? resolveBeside(exec.command, place) : exec.command;
}

function apiVersionOf({ exec, place }: PluginCall): string {
  if (exec.apiVersion === undefined || !apiVersions.includes(exec.apiVersion)) {
    const hint = "Have the tool that wrote it write it anew (`aws eks update-kubeconfig`, say).";
    const problem = `isn't one that kubectl knows (${apiVersions.join(" or ")})`;
    throw refusal(within(place, "apiVersion"), problem, hint);
  }
  return exec.apiVersion;
}

function terminalOf({ exec, place }: PluginCall, host: PluginHost): PluginTerminal | undefined {
  if (exec.interactiveMode === "Always" && host.terminal === undefined) {
    const hint = "Run this in a terminal, or log in beforehand and use another mode.";
    throw refusal(within(place, "interactiveMode"), "needs a terminal, and there is none", hint);
  }
  return exec.interactiveMode === "Never" ? undefined : host.terminal;
}

interface Ran {
  readonly call: PluginCall;
  readonly command: string;
  readonly timeoutMs: number;
}

/** The plugin's stdout, if it did what it should. */
function outputOf(outcome: PluginOutcome, { call, command, timeoutMs }: Ran): string {
  const { place, user, endpoint } = call;
  const who = `${quotedName(command)} (user ${quotedName(user)} of context ${quotedName(endpoint.context)})`;
  if (outcome.kind === "not-started" && outcome.code === "ENOENT") {
    throw refusal(place, `needs ${who}, which isn't installed or not on PATH`, installHint(call));
  }
  if (outcome.kind === "not-started") {
    throw refusal(place, `needs ${who}, which can't be started (${outcome.code})`, tryHint(call));
  }
  if (outcome.kind === "timeout") {
    throw refusal(place, `ran ${who}, which took over ${timeoutMs / 1000} s`, tryHint(call));
  }
  if (outcome.kind === "too-large") {
    throw refusal(place, `ran ${who}, which printed over 1 MiB`, tryHint(call));
  }
  if (outcome.status !== 0) {
    const said = lastLine(outcome.stderr);
    const problem = `ran ${who}, which failed (${outcome.status})${said && `: ${said}`}`;
    throw refusal(place, problem, loginHint(call));
  }
  return outcome.stdout;
}

function installHint({ exec }: PluginCall): string {
  const hint = exec.installHint === undefined ? "" : printable(exec.installHint).slice(0, 1000);
  const known = knownPlugin(exec.command ?? "");
  return hint || known?.install || "Install it, or choose a context that doesn't need it.";
}

/** Of those that fail, most fail for want of a login. */
function loginHint(call: PluginCall): string {
  const known = knownPlugin(call.exec.command ?? "");
  return [known?.login, tryHint(call)].filter((hint) => hint !== undefined).join(" ");
}

function tryHint({ endpoint }: PluginCall): string {
  return `See what kubectl gets: \`kubectl --context ${quotedName(endpoint.context)} get namespaces\`.`;
}

/** Whatever is long and has no spaces may be a secret. */
const secretLike = /[\w+/=.-]{40,}/g;

function lastLine(stderr: string): string {
  const line = stderr.trim().split("\n").at(-1) ?? "";
  return printable(line).replace(secretLike, "…").slice(0, 200);
}

function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{C}/gu, " ").trim();
}
