/** Asking an API server for one object: with the limits and the signal of whoever asks. */
import type * as z from "zod";
import { ClusterError } from "../../errors.ts";
import type { SendRequest } from "../transport/request.ts";
import type { Answer, AnswerForm } from "./answer.ts";
import { parseAs } from "./answer-shape.ts";
import type { ObjectRequest } from "./requests.ts";

export interface AskLimits {
  readonly signal: AbortSignal;
  /** Of one object. */
  readonly maxAnswerBytes: number;
}

/** @throws ClusterError */
export type Ask = (request: ObjectRequest, form?: AnswerForm) => Promise<Answer>;

export function askWith(send: SendRequest, { signal, maxAnswerBytes }: AskLimits): Ask {
  return (request, form = "object") => send({ ...request, form, maxBytes: maxAnswerBytes }, signal);
}

/** @throws ClusterError */
export async function askFor<T extends z.ZodType>(
  ask: Ask,
  request: ObjectRequest,
  schema: T,
): Promise<z.output<T>> {
  const { body } = await ask(request);
  return parseAs(schema, body, request);
}

/** In an API server's own words, or as it answers for a path that it doesn't serve. */
export function isNotThere(error: unknown): boolean {
  return error instanceof ClusterError && error.status === 404;
}
