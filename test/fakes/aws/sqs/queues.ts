/** All queues of the fake's SQS, by ARN and by URL. */
import { ServiceFailure } from "../service.ts";
import { FifoQueue } from "./fifo-queue.ts";
import {
  completeAttributes,
  type QueueAttributes,
  settingsOf,
  shownAttributes,
} from "./queue-attributes.ts";

export interface QueuePlace {
  readonly account: string;
  readonly region: string;
}

interface Entry {
  readonly queue: FifoQueue;
  readonly attributes: QueueAttributes;
  readonly createdAt: Date;
}

export class Queues {
  readonly #byArn = new Map<string, Entry>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * The same again is no error.
   * @throws ServiceFailure QueueNameExists, InvalidParameterValue, and those of bad attributes
   */
  create(place: QueuePlace, name: string, given: QueueAttributes): FifoQueue {
    if (!/^[\w-]{1,75}\.fifo$/.test(name)) {
      throw new ServiceFailure(
        "InvalidParameterValue",
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length. (There are no other queues here.)",
      );
    }
    const attributes = completeAttributes(given);
    const arn = arnOf(place, name);
    const existing = this.#byArn.get(arn);
    if (existing !== undefined) {
      return sameAs(existing, given);
    }
    const settings = settingsOf(attributes, (other) => this.#byArn.get(other)?.queue);
    const queue = new FifoQueue(arn, settings, this.#now);
    this.#byArn.set(arn, { queue, attributes, createdAt: this.#now() });
    return queue;
  }

  /** @throws ServiceFailure QueueDoesNotExist */
  byName(place: QueuePlace, name: string): FifoQueue {
    return this.#entry(arnOf(place, name)).queue;
  }

  /** @throws ServiceFailure QueueDoesNotExist, InvalidAddress */
  byUrl(url: string, region: string): FifoQueue {
    return this.#entry(arnOfUrl(url, region)).queue;
  }

  attributesOf({ arn }: FifoQueue): QueueAttributes {
    const { queue, attributes, createdAt } = this.#entry(arn);
    return shownAttributes(queue, attributes, createdAt);
  }

  #entry(arn: string): Entry {
    const entry = this.#byArn.get(arn);
    if (entry === undefined) {
      throw new ServiceFailure("QueueDoesNotExist", "The specified queue does not exist.");
    }
    return entry;
  }
}

export function arnOf({ account, region }: QueuePlace, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** A URL names account and queue, but not always the region: here the signature does. */
export function arnOfUrl(url: string, region: string): string {
  const [, account, name] = /^https?:\/\/[^/]+\/(\d{12})\/([\w.-]+)$/.exec(url) ?? [];
  if (account === undefined || name === undefined) {
    throw new ServiceFailure(
      "InvalidAddress",
      `The address ${url} is not valid for this endpoint.`,
    );
  }
  return arnOf({ account, region }, name);
}

function sameAs({ queue, attributes }: Entry, given: QueueAttributes): FifoQueue {
  const other = Object.keys(given).find((name) => given[name] !== attributes[name]);
  if (other !== undefined) {
    throw new ServiceFailure(
      "QueueNameExists",
      `A queue already exists with the same name and a different value for attribute ${other}`,
    );
  }
  return queue;
}
