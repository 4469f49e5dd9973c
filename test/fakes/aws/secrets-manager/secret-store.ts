/** All secrets of the fake's Secrets Manager, by account and region, name and ARN. */
import { randomBytes } from "node:crypto";
import { ServiceFailure } from "../service.ts";
import { LaggingIndex } from "./lagging-index.ts";
import {
  Secret,
  type SecretContent,
  type SecretDetails,
  type StageMove,
  type Tag,
} from "./secret.ts";

export interface Place {
  readonly account: string;
  readonly region: string;
}

export interface NewSecret {
  readonly name: string;
  /** Becomes the id of the version. */
  readonly token: string;
  /** Undefined: a secret without any version. */
  readonly content: SecretContent | undefined;
  readonly tags?: readonly Tag[];
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
}

export interface NewVersion {
  readonly token: string;
  readonly content: SecretContent;
  readonly labels: readonly string[];
}

interface Shelf {
  readonly byName: Map<string, Secret>;
  readonly index: LaggingIndex<ListedSecret>;
}

/** As the list shows it, which may be out of date. */
export type ListedSecret = ReturnType<typeof listed>;

const dayMs = 24 * 3_600_000;

export class SecretStore {
  readonly #now: () => Date;
  readonly #shelves = new Map<string, Shelf>();
  /** How far the list is behind. */
  listLagMs: number;

  constructor(now: () => Date, listLagMs: number) {
    this.#now = now;
    this.listLagMs = listLagMs;
  }

  create(place: Place, wanted: NewSecret): Secret {
    const existing = this.find(place, wanted.name);
    if (existing !== undefined) {
      return sameAsExisting(existing, wanted);
    }
    const { name, description, kmsKeyId, token, content } = wanted;
    const createdAt = this.#now();
    const arn = `${arnPrefix(place)}${name}-${randomSuffix()}`;
    const secret = new Secret({ arn, name, createdAt }, { description, kmsKeyId });
    secret.tag(wanted.tags ?? []);
    if (content !== undefined) {
      secret.put({ id: token, content, createdAt }, []);
    }
    const shelf = this.#shelf(place);
    shelf.byName.set(name, secret);
    shelf.index.record(arn, listed(secret));
    return secret;
  }

  /** By name, ARN, or ARN without the random part. */
  find(place: Place, id: string): Secret | undefined {
    const prefix = arnPrefix(place);
    const { byName } = this.#shelf(place);
    const rest = id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
    const byArn = byName.get(rest?.slice(0, -7) ?? "");
    const found = byArn?.identity.arn === id ? byArn : byName.get(rest ?? id);
    if (found?.deletionAt !== undefined && found.deletionAt <= this.#now()) {
      byName.delete(found.identity.name);
      return undefined;
    }
    return found;
  }

  /** @throws ServiceFailure ResourceNotFoundException */
  get(place: Place, id: string): Secret {
    const found = this.find(place, id);
    if (found === undefined) {
      throw new ServiceFailure(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
      );
    }
    return found;
  }

  /** @throws ServiceFailure ResourceNotFoundException, InvalidRequestException */
  getLive(place: Place, id: string): Secret {
    const found = this.get(place, id);
    if (found.deletionAt !== undefined) {
      throw invalidRequest(
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    }
    return found;
  }

  put(place: Place, id: string, { token, content, labels }: NewVersion): Secret {
    const version = { id: token, content, createdAt: this.#now() };
    return this.#change(place, this.getLive(place, id), (secret) => secret.put(version, labels));
  }

  /** What is left out stays as it is. */
  update(place: Place, id: string, changes: Partial<SecretDetails>): Secret {
    return this.#change(place, this.getLive(place, id), (secret) => {
      secret.details = { ...secret.details, ...changes };
    });
  }

  moveStage(place: Place, id: string, move: StageMove): Secret {
    return this.#change(place, this.getLive(place, id), (secret) => secret.moveStage(move));
  }

  tag(place: Place, id: string, tags: readonly Tag[]): void {
    this.#change(place, this.getLive(place, id), (secret) => secret.tag(tags));
  }

  untag(place: Place, id: string, keys: readonly string[]): void {
    this.#change(place, this.getLive(place, id), (secret) => secret.untag(keys));
  }

  /** @throws ServiceFailure InvalidRequestException */
  scheduleDeletion(place: Place, id: string, windowDays: number): Secret {
    const found = this.get(place, id);
    if (found.deletionAt !== undefined) {
      throw invalidRequest(
        "You can't perform this operation on the secret because it was already scheduled for deletion.",
      );
    }
    return this.#change(place, found, (secret) => {
      secret.deletionAt = new Date(this.#now().getTime() + windowDays * dayMs);
    });
  }

  deleteNow(place: Place, secret: Secret): void {
    const { byName, index } = this.#shelf(place);
    byName.delete(secret.identity.name);
    index.record(secret.identity.arn, undefined);
  }

  restore(place: Place, id: string): Secret {
    return this.#change(place, this.get(place, id), (secret) => {
      secret.deletionAt = undefined;
    });
  }

  list(place: Place, after: number): Iterable<readonly [sequence: number, entry: ListedSecret]> {
    return this.#shelf(place).index.entries(after);
  }

  /** Every text that a secret holds, in whatever version, place or state. */
  texts(): readonly string[] {
    const secrets = [...this.#shelves.values()].flatMap(({ byName }) => [...byName.values()]);
    return secrets.flatMap(({ versions }) =>
      versions.flatMap(({ content }) => content.SecretString ?? []),
    );
  }

  #change(place: Place, secret: Secret, change: (secret: Secret) => void): Secret {
    change(secret);
    secret.changedAt = this.#now();
    this.#shelf(place).index.record(secret.identity.arn, listed(secret));
    return secret;
  }

  #shelf(place: Place): Shelf {
    const key = arnPrefix(place);
    const shelf = this.#shelves.get(key) ?? {
      byName: new Map(),
      index: new LaggingIndex(this.#now, () => this.listLagMs),
    };
    this.#shelves.set(key, shelf);
    return shelf;
  }
}

export function arnPrefix({ account, region }: Place): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:`;
}

function listed(secret: Secret) {
  const { identity, details, changedAt, deletionAt, tags, stages } = secret;
  return { identity, details, changedAt, deletionAt, tags, stages };
}

/** A repeated request is no second secret: the SDK repeats one whose answer got lost. */
function sameAsExisting(existing: Secret, { name, token, content }: NewSecret): Secret {
  if (existing.deletionAt !== undefined) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (content === undefined || !existing.has(token)) {
    throw new ServiceFailure(
      "ResourceExistsException",
      `The operation failed because the secret ${name} already exists.`,
    );
  }
  // Changes nothing: it only refuses other content.
  existing.put({ id: token, content, createdAt: new Date(0) }, []);
  return existing;
}

function invalidRequest(message: string): ServiceFailure {
  return new ServiceFailure("InvalidRequestException", message);
}

function randomSuffix(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from(randomBytes(6), (byte) => alphabet[byte % alphabet.length]).join("");
}
