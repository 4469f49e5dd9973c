/** What the refresh function is called with: messages of the queue, or one direct request. */
import * as z from "zod";
import { UsageError } from "../errors.ts";
import { type ImageReference, parseImage } from "../registries/image-reference.ts";

const sqsEvent = z.object({
  Records: z
    .array(
      z.object({
        messageId: z.string(),
        receiptHandle: z.string(),
        body: z.string(),
        attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().positive() }),
      }),
    )
    .min(1),
});

const directModes = ["sweep", "plan", "status", "check"] as const;

const image = z.string().transform((text, context): ImageReference => {
  try {
    return parseImage(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.addIssue("not the name of an image");
    return z.NEVER;
  }
});

const directRequest = z
  .strictObject({
    cluster: z.string().min(1).max(100),
    mode: z.enum(directModes).default("sweep"),
    image: image.optional(),
  })
  // Whoever asks for an image gets an answer about it, or none.
  .refine((request) => request.image === undefined || request.mode === "check");

export type QueuedRecord = z.output<typeof sqsEvent>["Records"][number];
export type DirectRequest = z.output<typeof directRequest>;

/** The caller sent something that isn't a refresh event. */
export class RefreshEventError extends Error {
  override readonly name = "RefreshEventError";
}

export type RefreshEvent =
  | { readonly kind: "queued"; readonly records: readonly QueuedRecord[] }
  | { readonly kind: "direct"; readonly request: DirectRequest };

/** @throws RefreshEventError, which quotes nothing of the event */
export function parseRefreshEvent(event: unknown): RefreshEvent {
  const queued = sqsEvent.safeParse(event);
  if (queued.success) {
    return { kind: "queued", records: queued.data.Records };
  }
  const direct = directRequest.safeParse(event);
  if (direct.success) {
    return { kind: "direct", request: direct.data };
  }
  throw new RefreshEventError(
    `expected messages of the refresh queue, or {"cluster": "<name>", "mode": ${directModes.map((mode) => `"${mode}"`).join(" | ")}}, with "image": "<name>" for "check"`,
  );
}
