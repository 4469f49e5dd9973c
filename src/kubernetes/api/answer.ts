/** From an answer on the wire to the JSON object in it, or to the error that it is. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ClusterError, type ClusterErrorKind } from "../../errors.ts";
import { tooLarge } from "../transport/answer-limits.ts";
import type { WireAnswer } from "../transport/request-exchange.ts";
import { parseRetryAfter, TransientError } from "../transport/retry.ts";
import { type CutList, cutList } from "./answer-items.ts";
import { readStatus, statusError } from "./answer-status.ts";
import { cleanText } from "./answer-text.ts";

export interface JsonObject {
  readonly [key: string]: unknown;
}

export interface Answer {
  /** Of a list: all but its items. */
  readonly body: JsonObject;
  /** Of a list: the JSON of each item, not checked yet. */
  readonly items: readonly Buffer[];
  /** Of the body, decompressed. */
  readonly bytes: number;
  /** The header of that name, as it came: when the server answered, by its own clock. */
  readonly date: string | undefined;
}

/** An object says its kind, and so does a list, which is cut into its items; a document doesn't. */
export type AnswerForm = "object" | "list" | "document";

export interface AnswerContext {
  /** What was asked, for messages: `apply secret team-a/ecr-pull`. */
  readonly what: string;
  readonly form: AnswerForm;
  /** Of the body, decompressed. */
  readonly maxBytes: number;
  readonly nowMs: number;
}

const unzip = promisify(gunzip);

/** @throws ClusterError or TransientError */
export async function readAnswer(wire: WireAnswer, context: AnswerContext): Promise<Answer> {
  if (wire.status >= 300 && wire.status < 400) {
    throw redirect(wire, context);
  }
  const bytes = await decompress(wire, context);
  const { envelope, items } = context.form === "list" ? cutList(bytes) : wholeObject(bytes);
  const body = parseObject(envelope);
  const status = wire.status < 300 ? failureCode(body) : wire.status;
  if (status !== undefined) {
    const error = statusError(status, {
      what: context.what,
      status: readStatus(body),
      page: pageHint(bytes),
    });
    throw retryable(error, status, wire, context);
  }
  if (body === undefined || !(context.form === "document" || typeof body["kind"] === "string")) {
    const found =
      bytes.length === 0 ? "an empty answer" : "an answer that isn't a JSON object of Kubernetes";
    throw malformed(context, found, pageHint(bytes));
  }
  return { body, items, bytes: bytes.length, date: wire.headers.date };
}

export function malformed(
  { what }: { readonly what: string },
  found: string,
  hint?: string,
): ClusterError {
  return new ClusterError("malformed", `${what}: ${found}`, { hint });
}

async function decompress(wire: WireAnswer, context: AnswerContext): Promise<Buffer> {
  const encoding = wire.headers["content-encoding"] ?? "identity";
  if (encoding === "identity" || wire.body.length === 0) {
    return wire.body;
  }
  if (encoding !== "gzip") {
    throw malformed(context, "an answer in an encoding that nobody asked for");
  }
  try {
    return await unzip(wire.body, { maxOutputLength: context.maxBytes });
  } catch (error) {
    const isTooLarge =
      error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? tooLarge(context) : malformed(context, "gzip that is cut off or damaged");
  }
}

function wholeObject(bytes: Buffer): CutList {
  return { envelope: bytes.toString("utf8"), items: [] };
}

/** Undefined for anything else. A parser's own message would quote the answer. */
function parseObject(json: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A proxy may turn an error into a 200: then the body still says which it was. */
function failureCode(body: JsonObject | undefined): number | undefined {
  if (body?.["kind"] !== "Status" || body["status"] !== "Failure") {
    return undefined;
  }
  const { code } = body;
  return typeof code === "number" && code >= 400 && code < 600 ? code : 500;
}

const transientKinds: readonly ClusterErrorKind[] = ["throttled", "server"];

function retryable(
  error: ClusterError,
  status: number,
  wire: WireAnswer,
  { nowMs }: AnswerContext,
): Error {
  // 501 and 505 say that the server can't do it at all.
  const lasting = status === 501 || status === 505;
  if (lasting || !transientKinds.includes(error.kind)) {
    return error;
  }
  const retryAfter = wire.headers["retry-after"];
  return new TransientError(error, parseRetryAfter(retryAfter, nowMs));
}

function redirect(wire: WireAnswer, { what }: AnswerContext): ClusterError {
  const { location } = wire.headers;
  const target =
    location !== undefined && URL.canParse(location) ? new URL(location).host : undefined;
  const to = target ? ` to ${cleanText(target)}` : "";
  return new ClusterError("redirect", `${what}: the server redirects${to} (${wire.status})`, {
    status: wire.status,
    hint: "redirects aren't followed: the kubeconfig's server has to be the API server itself. Is a proxy or login page in between?",
  });
}

function pageHint(bytes: Buffer): string | undefined {
  return /^\s*</.test(bytes.toString("latin1", 0, 256))
    ? "an HTML page: is a proxy or login page in between?"
    : undefined;
}
