/**
 * A FIFO queue as SQS documents it: order within a group, deduplication for five minutes, one
 * receiver per group at a time, and a dead-letter queue for what fails too often.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
import { randomUUID } from "node:crypto";
import { ServiceFailure } from "../service.ts";
import { invalidValue } from "./errors.ts";

export interface QueueSettings {
  readonly visibilityTimeoutMs: number;
  readonly retentionMs: number;
  readonly deduplicatesByContent: boolean;
  readonly deduplicationScope: "queue" | "messageGroup";
  readonly redrive: { readonly to: FifoQueue; readonly maxReceiveCount: number } | undefined;
  /**
   * Which of so many groups that wait comes first, from 0 on. SQS promises nothing of that; left out,
   * it is the one that wasn't received for longest.
   */
  readonly choose?: (groups: number) => number;
}

export interface NewMessage {
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId: string;
  /** The user id of whoever sends it. */
  readonly senderId: string;
}

export interface Message extends NewMessage {
  readonly id: string;
  readonly sequenceNumber: string;
  readonly sentAtMs: number;
  /** The queue that it failed in, for one in a dead-letter queue. */
  readonly deadLetterSourceArn: string | undefined;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number | undefined;
}

interface StoredMessage extends Message {
  receiveCount: number;
  firstReceivedAtMs: number | undefined;
  lastReceivedAtMs: number;
  /** Of the last time that it was received; older ones are void. */
  receiptHandle: string | undefined;
  /** In flight until then, once it has been received. */
  visibleAtMs: number;
}

export interface ReceivedMessage extends Message {
  readonly receiptHandle: string;
}

interface Sent {
  readonly message: Message;
  readonly atMs: number;
}

const deduplicationMs = 5 * 60_000;
const maxVisibilityMs = 12 * 3_600_000;

export class FifoQueue {
  readonly arn: string;
  readonly settings: QueueSettings;
  readonly #now: () => Date;
  readonly #groups = new Map<string, StoredMessage[]>();
  readonly #byId = new Map<string, StoredMessage>();
  /** In order of sending. */
  readonly #recent = new Map<string, Sent>();
  #lastSequence = 0;

  constructor(arn: string, settings: QueueSettings, now: () => Date) {
    this.arn = arn;
    this.settings = settings;
    this.#now = now;
  }

  /** What is in the queue now: the new message, or the one that it is a duplicate of. */
  send(wanted: NewMessage): Message {
    this.#forgetOldDuplicates();
    const { groupId, deduplicationId } = wanted;
    const scope = this.settings.deduplicationScope === "queue" ? "" : groupId;
    const key = JSON.stringify([scope, deduplicationId]);
    const known = this.#recent.get(key)?.message;
    if (known !== undefined) {
      return known;
    }
    const message = this.#enqueue({ ...wanted, id: randomUUID(), receiveCount: 0 });
    this.#recent.set(key, { message, atMs: message.sentAtMs });
    return message;
  }

  /** At most `limit` messages, which are in flight from now on. */
  receive(
    limit: number,
    visibilityMs = this.settings.visibilityTimeoutMs,
  ): readonly ReceivedMessage[] {
    const nowMs = this.#nowMs();
    const chosen: StoredMessage[] = [];
    for (const group of this.#inOrder()) {
      if (chosen.length === limit) {
        break;
      }
      this.#dropExpired(group, nowMs);
      if (!group.some((each) => isInFlight(each, nowMs))) {
        this.#redrive(group);
        chosen.push(...group.slice(0, limit - chosen.length));
      }
    }
    return chosen.map((message) => this.#markReceived(message, visibilityMs));
  }

  /**
   * Deleting again is no error, but a message can't be deleted once its visibility has timed out.
   * @throws ServiceFailure ReceiptHandleIsInvalid, InvalidParameterValue
   */
  delete(receiptHandle: string): void {
    const message = this.#byId.get(messageIdOf(receiptHandle));
    if (message === undefined) {
      return;
    }
    if (!this.#isHeldBy(receiptHandle, message)) {
      throw invalidValue(receiptHandle, "ReceiptHandle", "The receipt handle has expired.");
    }
    const group = this.#groups.get(message.groupId) ?? [];
    this.#remove(group, group.indexOf(message));
  }

  /** @throws ServiceFailure ReceiptHandleIsInvalid, InvalidParameterValue */
  changeVisibility(receiptHandle: string, timeoutMs: number): void {
    const message = this.#byId.get(messageIdOf(receiptHandle));
    if (message === undefined || !this.#isHeldBy(receiptHandle, message)) {
      throw invalidValue(
        receiptHandle,
        "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.",
      );
    }
    const visibleAtMs = this.#nowMs() + timeoutMs;
    if (visibleAtMs - message.lastReceivedAtMs > maxVisibilityMs) {
      throw invalidValue(
        String(timeoutMs / 1_000),
        "VisibilityTimeout",
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
      );
    }
    message.visibleAtMs = visibleAtMs;
  }

  /** Group by group, whether in flight or not. */
  get messages(): readonly Message[] {
    const nowMs = this.#nowMs();
    for (const group of this.#groups.values()) {
      this.#dropExpired(group, nowMs);
    }
    return [...this.#groups.values()].flat();
  }

  get counts(): { readonly visible: number; readonly inFlight: number } {
    const all = this.messages.length;
    const nowMs = this.#nowMs();
    const inFlight = [...this.#byId.values()].filter((each) => isInFlight(each, nowMs)).length;
    return { visible: all - inFlight, inFlight };
  }

  #enqueue(message: NewMessage & Pick<Message, "id" | "receiveCount">, from?: FifoQueue): Message {
    this.#lastSequence += 1;
    const sentAtMs = this.#nowMs();
    const enqueued: StoredMessage = {
      ...message,
      sequenceNumber: String(this.#lastSequence).padStart(20, "0"),
      sentAtMs,
      deadLetterSourceArn: from?.arn,
      firstReceivedAtMs: undefined,
      lastReceivedAtMs: 0,
      receiptHandle: undefined,
      visibleAtMs: sentAtMs,
    };
    const group = this.#groups.get(message.groupId);
    if (group) {
      group.push(enqueued);
    } else {
      this.#groups.set(message.groupId, [enqueued]);
    }
    this.#byId.set(enqueued.id, enqueued);
    return enqueued;
  }

  #markReceived(message: StoredMessage, visibilityMs: number): ReceivedMessage {
    this.#moveBack(message.groupId);
    const nowMs = this.#nowMs();
    const receiptHandle = newReceiptHandle(message);
    message.receiptHandle = receiptHandle;
    message.receiveCount += 1;
    message.firstReceivedAtMs ??= nowMs;
    message.lastReceivedAtMs = nowMs;
    message.visibleAtMs = nowMs + visibilityMs;
    return { ...message, receiptHandle };
  }

  /** Behind all others: of thousands, the next to receive is then found among the first. */
  #moveBack(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group) {
      this.#groups.delete(groupId);
      this.#groups.set(groupId, group);
    }
  }

  /** What has been received too often leaves when it is asked for once more. */
  #redrive(group: StoredMessage[]): void {
    const { redrive } = this.settings;
    while (group[0] !== undefined && redrive && group[0].receiveCount >= redrive.maxReceiveCount) {
      const { id, body, groupId, deduplicationId, senderId, receiveCount } = group[0];
      this.#remove(group, 0);
      const moved = { id, body, groupId, deduplicationId, senderId, receiveCount };
      redrive.to.#enqueue(moved, this);
    }
  }

  /** Groups, the next to be received first. */
  #inOrder(): Iterable<StoredMessage[]> {
    const { choose } = this.settings;
    if (choose === undefined) {
      return this.#groups.values();
    }
    const nowMs = this.#nowMs();
    const waiting: StoredMessage[][] = [];
    for (const group of this.#groups.values()) {
      if (!group.some((each) => isInFlight(each, nowMs))) waiting.push(group);
    }
    const [next] = waiting.splice(choose(waiting.length), 1);
    return next ? [next, ...waiting] : waiting;
  }

  #dropExpired(group: StoredMessage[], nowMs: number): void {
    const oldest = nowMs - this.settings.retentionMs;
    while (group[0] !== undefined && group[0].sentAtMs <= oldest) {
      this.#remove(group, 0);
    }
  }

  #remove(group: StoredMessage[], position: number): void {
    for (const { id, groupId } of group.splice(position, 1)) {
      this.#byId.delete(id);
      if (group.length === 0) {
        this.#groups.delete(groupId);
      }
    }
  }

  #isHeldBy(receiptHandle: string, message: StoredMessage): boolean {
    return message.receiptHandle === receiptHandle && isInFlight(message, this.#nowMs());
  }

  #forgetOldDuplicates(): void {
    const nowMs = this.#nowMs();
    for (const [key, { atMs }] of this.#recent) {
      if (atMs + deduplicationMs > nowMs) {
        break;
      }
      this.#recent.delete(key);
    }
  }

  #nowMs(): number {
    return this.#now().getTime();
  }
}

function isInFlight({ receiptHandle, visibleAtMs }: StoredMessage, nowMs: number): boolean {
  return receiptHandle !== undefined && visibleAtMs > nowMs;
}

function newReceiptHandle({ id }: Message): string {
  return Buffer.from(`${id}/${randomUUID()}`).toString("base64");
}

/** @throws ServiceFailure ReceiptHandleIsInvalid */
function messageIdOf(receiptHandle: string): string {
  const text = Buffer.from(receiptHandle, "base64").toString();
  const id = /^([0-9a-f-]{36})\/[0-9a-f-]{36}$/.exec(text)?.[1];
  if (id === undefined) {
    throw new ServiceFailure(
      "ReceiptHandleIsInvalid",
      `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
    );
  }
  return id;
}
