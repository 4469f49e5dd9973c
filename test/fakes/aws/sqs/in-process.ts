/** What a test does with queues without asking over the wire: prepare, look, deliver. */
import { randomUUID } from "node:crypto";
import { functionArn } from "../lambda/function-run.ts";
import type { EntryFaults } from "./entry-faults.ts";
import { type Delivery, type DeliveryOptions, deliver, type SqsHandler } from "./event-source.ts";
import type { FifoQueue, Message } from "./fifo-queue.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import type { QueuePlace, Queues } from "./queues.ts";

export interface QueuesInProcessOptions {
  readonly place: QueuePlace;
  readonly urlOf: (queue: FifoQueue) => string;
  readonly entryFaults: EntryFaults;
}

/** A queue is named by its URL. */
export function queuesInProcess(queues: Queues, options: QueuesInProcessOptions) {
  const { place, urlOf, entryFaults } = options;
  return {
    /** @param name which ends in `.fifo` */
    create(name: string, attributes: QueueAttributes = {}) {
      const queue = queues.create(place, name, attributes);
      return { url: urlOf(queue), arn: queue.arn };
    },
    /** A message of its own, in a group of its own. */
    send(url: string, body: string): void {
      const id = randomUUID();
      const message = { body, groupId: id, deduplicationId: id, senderId: "in-process" };
      queues.byUrl(url, place.region).send(message);
    },
    /** All that is in it, in flight or not. */
    messages: (url: string): readonly Message[] => queues.byUrl(url, place.region).messages,
    /**
     * Hands over messages as Lambda does, until none is visible any more.
     * @throws never for what the handler throws: that is in the answer
     */
    deliver(
      url: string,
      handler: SqsHandler,
      delivery: DeliveryOptions & { readonly functionName?: string } = {},
    ): Promise<Delivery> {
      const arn = functionArn(place, delivery.functionName ?? "in-process");
      return deliver(queues.byUrl(url, place.region), handler, arn, delivery);
    },
    /** The next `times` entries (default: all) of batches fail, if `hits` takes their group. */
    failEntries(hits: (groupId: string) => boolean, times = Number.POSITIVE_INFINITY): void {
      entryFaults.add(hits, times);
    },
  };
}
