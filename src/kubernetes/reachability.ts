/** The way to an API server, step by step, for a diagnosis: which step fails, and what to do about it. */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { ClusterError } from "../errors.ts";
import type { ClientCertificate, ClusterEndpoint } from "./cluster-access.ts";
import { type Lookup, resolveName, systemAddresses } from "./resolve-name.ts";
import { openSocket, secure } from "./transport/dial.ts";
import { proxyPlace } from "./transport/proxy.ts";
import { aborted, TransientError } from "./transport/retry.ts";
import { withinTime } from "./transport/time-limit.ts";

export interface ReachedStep {
  /** `dns`: of the host, or of the proxy in front of it; `tcp`: with the proxy's tunnel. */
  readonly step: StepName;
  readonly ok: boolean;
  /** What was found, or why it failed. */
  readonly message: string;
  /** It works, and yet shouldn't be so. */
  readonly doubtful?: boolean;
  readonly hint?: string | undefined;
}

const stepNames = ["dns", "tcp", "tls"] as const;
type StepName = (typeof stepNames)[number];

export interface ProbeOptions {
  readonly signal: AbortSignal;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** For each step. */
  readonly timeoutMs?: number;
  /** Replaced in tests. */
  readonly lookup?: Lookup;
}

const defaultTimeoutMs = 10_000;

/** The first step that fails is the last. @throws ClusterError of kind aborted */
export async function probeEndpoint(
  endpoint: ClusterEndpoint,
  options: ProbeOptions,
): Promise<readonly ReachedStep[]> {
  const { signal, timeoutMs = defaultTimeoutMs } = options;
  const way = wayTo(endpoint, options);
  const reached: ReachedStep[] = [];
  try {
    for (const step of stepNames) {
      const found = await tryStep(step, () => withinTime(timeoutMs, signal, way[step]));
      signal.throwIfAborted();
      reached.push(found);
      if (!found.ok) {
        break;
      }
    }
    return reached;
  } catch (error) {
    throw signal.aborted ? aborted(signal.reason) : error;
  } finally {
    way.close();
  }
}

type Walked = string | Pick<ReachedStep, "message" | "doubtful" | "hint">;

async function tryStep(step: StepName, walk: () => Promise<Walked>): Promise<ReachedStep> {
  try {
    const found = await walk();
    return { step, ok: true, ...(typeof found === "string" ? { message: found } : found) };
  } catch (error) {
    const known = error instanceof TransientError ? error.error : error;
    if (!(known instanceof ClusterError)) {
      throw known;
    }
    return { step, ok: false, message: known.message, hint: known.hint };
  }
}

/** Each step says what it found. They throw ClusterError or TransientError. */
function wayTo(
  endpoint: ClusterEndpoint,
  { clientCertificate, lookup = systemAddresses }: ProbeOptions,
) {
  let socket: Socket | undefined;
  return {
    dns: (signal: AbortSignal) =>
      resolveName(endpoint, (name) => untilAborted(lookup(name), signal)),
    tcp: async (signal: AbortSignal) => {
      socket = await openSocket(endpoint, signal);
      const { remoteAddress = "", remotePort } = socket;
      const through = endpoint.proxy && `a tunnel through ${proxyPlace(endpoint.proxy).title}`;
      return through ?? `connected to ${remoteAddress}, port ${remotePort}`;
    },
    tls: async (signal: AbortSignal) => {
      if (socket === undefined) {
        throw new Error("TLS before there is a connection");
      }
      const protocols = ["h2", "http/1.1"];
      const secured = await secure(socket, endpoint, { protocols, clientCertificate, signal });
      socket = secured;
      return describeTls(secured, endpoint);
    },
    close: () => socket?.destroy(),
  };
}

/** A lookup can't be stopped; it ends by itself, unheard. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

const unverified = {
  doubtful: true,
  hint:
    "Whoever stands in between can take the credential, and every token that is pushed. Put the " +
    "cluster's CA into its kubeconfig, and its name out of the config's allowInsecureTls.",
};

function describeTls(socket: TLSSocket, { insecureSkipTlsVerify }: ClusterEndpoint): Walked {
  const until = new Date(socket.getPeerCertificate().valid_to);
  const validity = Number.isNaN(until.getTime())
    ? "a certificate"
    : `a certificate valid until ${until.toISOString().slice(0, 10)}`;
  const found = `${socket.getProtocol() ?? "TLS"}, ${validity}`;
  return insecureSkipTlsVerify
    ? { message: `${found}, which nobody verifies`, ...unverified }
    : found;
}
