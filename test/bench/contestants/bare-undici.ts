/**
 * The ceiling: undici's HTTP/2 and nothing else. The same lists and the same applies, one connection,
 * as many streams as our sweep uses; no check, no retry, no timeout, no plan, no report. The lists
 * are waited for, as a plan needs them, but only the namespaces' names are read from them.
 */
import { gunzipSync } from "node:zlib";
import { Client, type Dispatcher } from "undici";
import { maxInFlight } from "../../../src/refresh/apply/concurrency.ts";
import type { RunRequest, RunResult } from "./contestant.ts";
import { namespacePrefix, secretNames, secretOf } from "./renewal.ts";

const json = "application/json";
const metadataOnly = `${json};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
const metadataList = `${json};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;

export async function runBare(request: RunRequest): Promise<RunResult> {
  const { url, ca } = request;
  const client = new Client(url, {
    connect: { ca },
    allowH2: true,
    h2Options: { maxConcurrentStreams: maxInFlight, pingInterval: 0 },
  });
  try {
    const startedAtMs = performance.now();
    const namespaces = await list(client, request);
    const listedAtMs = performance.now();
    const statuses = await applyAll(client, request, namespaces);
    const endedAtMs = performance.now();
    const written = statuses.filter((status) => status < 300).length;
    return {
      totalMs: endedAtMs - startedAtMs,
      applyMs: endedAtMs - listedAtMs,
      written,
      failed: statuses.length - written,
      requests: statuses.length + 2,
      problems: [...new Set(statuses.filter((status) => status >= 300))].map(String),
    };
  } finally {
    await client.destroy();
  }
}

async function list(client: Client, { token }: RunRequest): Promise<string[]> {
  const headers = {
    accept: metadataList,
    "accept-encoding": "gzip",
    authorization: `Bearer ${token}`,
  };
  const field = `fieldSelector=metadata.name%3D${secretNames.bare}`;
  const [namespaces] = await Promise.all([
    send(client, { method: "GET", path: "/api/v1/namespaces?resourceVersion=0", headers }),
    send(client, { method: "GET", path: `/api/v1/secrets?${field}&resourceVersion=0`, headers }),
  ]);
  const { items } = JSON.parse(namespaces.text()) as { items: { metadata: { name: string } }[] };
  return items
    .map(({ metadata }) => metadata.name)
    .filter((each) => each.startsWith(namespacePrefix));
}

async function applyAll(
  client: Client,
  { token, renewal }: RunRequest,
  namespaces: readonly string[],
): Promise<number[]> {
  const name = secretNames.bare;
  const headers = {
    accept: metadataOnly,
    "content-type": "application/apply-patch+yaml",
    authorization: `Bearer ${token}`,
  };
  const query = "fieldManager=bench-bare&force=true";
  const placeholder = "NAMESPACE";
  const template = JSON.stringify(secretOf(placeholder, name, renewal));
  const answers = namespaces.map((namespace) =>
    send(client, {
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/secrets/${name}?${query}`,
      headers,
      body: template.replace(placeholder, namespace),
    }),
  );
  return (await Promise.all(answers)).map(({ status }) => status);
}

interface BareAnswer {
  readonly status: number;
  text(): string;
}

/** What exceeds the streams of the connection waits within undici. */
function send(
  client: Client,
  request: Pick<Dispatcher.DispatchOptions, "method" | "path" | "headers" | "body">,
): Promise<BareAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let zipped = false;
    client.dispatch(
      { ...request, idempotent: true },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, statusCode, headers) => {
          status = statusCode;
          zipped = headers["content-encoding"] === "gzip";
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => {
          const body = () => Buffer.concat(chunks);
          resolve({ status, text: () => (zipped ? gunzipSync(body()) : body()).toString() });
        },
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}
