/** What the API server recorded: the proof of what a client really asked of it. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

export interface AuditEvent {
  readonly user: string;
  readonly userAgent: string;
  readonly verb: string;
  readonly resource: string | undefined;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly code: number | undefined;
  readonly requestUri: string;
  /** `JTI=` and the id of the token that came with it. */
  readonly credential: string | undefined;
}

export interface AuditLog {
  /** Every request so far, in the order in which they were answered. */
  events(): Promise<readonly AuditEvent[]>;
  /** The requests that were answered while `work` ran, by anybody: filter by user. */
  eventsDuring(work: () => Promise<unknown>): Promise<readonly AuditEvent[]>;
}

const auditEvent = z
  .object({
    user: z.object({
      username: z.string(),
      extra: z.record(z.string(), z.array(z.string())).default({}),
    }),
    userAgent: z.string().default(""),
    verb: z.string(),
    objectRef: z
      .object({
        resource: z.string().optional(),
        subresource: z.string().optional(),
        namespace: z.string().optional(),
        name: z.string().optional(),
      })
      .default({}),
    responseStatus: z.object({ code: z.number().optional() }).default({}),
    requestURI: z.string(),
  })
  .transform((event): AuditEvent => {
    const { resource, subresource, namespace, name } = event.objectRef;
    return {
      user: event.user.username,
      userAgent: event.userAgent,
      verb: event.verb,
      resource,
      subresource,
      namespace,
      name,
      code: event.responseStatus.code,
      requestUri: event.requestURI,
      credential: event.user.extra["authentication.kubernetes.io/credential-id"]?.[0],
    };
  });

const markerPath = "/version?audit-marker=";

/**
 * @param request sends a GET with the admin's rights. An answer may reach its client before the
 *   server has recorded it, so each read sends a request of its own first and waits for its event.
 */
export function createAuditLog(
  file: string | undefined,
  request: (path: string) => Promise<unknown>,
): AuditLog {
  const events = async () => {
    if (file === undefined) throw new Error("Start the control plane with `audit: true`.");
    const uri = `${markerPath}${randomUUID()}`;
    await request(uri);
    const text = await readUntil(file, uri);
    return parseLines(text).filter((event) => !event.requestUri.startsWith(markerPath));
  };
  return {
    events,
    eventsDuring: async (work) => {
      const before = (await events()).length;
      await work();
      return (await events()).slice(before);
    },
  };
}

async function readUntil(file: string, marker: string): Promise<string> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const text = await readFile(file, "utf8");
    if (text.includes(marker)) return text;
    await sleep(20);
  }
  throw new Error("The API server recorded no audit event for a request of 10 seconds ago.");
}

function parseLines(text: string): AuditEvent[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => auditEvent.parse(JSON.parse(line)));
}
