/** One secret of the fake's Secrets Manager: its versions, and the staging labels that name them. */
import { ServiceFailure } from "../service.ts";

/** Base64, as on the wire, where it is binary. */
export type SecretContent =
  | { readonly SecretString: string; readonly SecretBinary?: undefined }
  | { readonly SecretBinary: string; readonly SecretString?: undefined };

export interface SecretVersion {
  readonly id: string;
  readonly content: SecretContent;
  readonly createdAt: Date;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface StageMove {
  readonly label: string;
  readonly to: string | undefined;
  readonly from: string | undefined;
}

export interface SecretIdentity {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: Date;
}

export interface SecretDetails {
  readonly description: string | undefined;
  /** Undefined: the key that AWS has for all secrets. */
  readonly kmsKeyId: string | undefined;
}

const current = "AWSCURRENT";
const previous = "AWSPREVIOUS";
const maxTags = 50;

export class Secret {
  readonly identity: SecretIdentity;
  details: SecretDetails;
  changedAt: Date;
  /** The end of the recovery window, for a secret that is marked for deletion. */
  deletionAt: Date | undefined;
  readonly #versions = new Map<string, SecretVersion>();
  readonly #holders = new Map<string, string>();
  readonly #tags = new Map<string, string>();

  constructor(identity: SecretIdentity, details: SecretDetails) {
    this.identity = identity;
    this.details = details;
    this.changedAt = identity.createdAt;
  }

  get tags(): readonly Tag[] {
    return [...this.#tags].map(([Key, Value]) => ({ Key, Value }));
  }

  /** Versions without a label are left out, as AWS does: it may delete them any time. */
  get stages(): Readonly<Record<string, readonly string[]>> {
    const ids = [...new Set(this.#holders.values())];
    return Object.fromEntries(ids.map((id) => [id, this.stagesOf(id)]));
  }

  /** All of them, also those without a label: AWS keeps these for a day at least. */
  get versions(): readonly SecretVersion[] {
    return [...this.#versions.values()];
  }

  has(versionId: string): boolean {
    return this.#versions.has(versionId);
  }

  stagesOf(versionId: string): readonly string[] {
    return [...this.#holders].filter(([, id]) => id === versionId).map(([label]) => label);
  }

  /** @throws ServiceFailure ResourceNotFoundException, InvalidRequestException */
  find(wanted: { readonly id?: string | undefined; readonly stage?: string | undefined }) {
    const { id, stage = current } = wanted;
    const found = this.#versions.get(id ?? this.#holders.get(stage) ?? "");
    if (found === undefined) {
      const by = id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`;
      throw notFound(`Secrets Manager can't find the specified secret value for ${by}`);
    }
    if (wanted.stage !== undefined && this.#holders.get(wanted.stage) !== found.id) {
      throw new ServiceFailure(
        "InvalidRequestException",
        "You provided a VersionStage that is not associated to the provided VersionId.",
      );
    }
    return found;
  }

  /**
   * The id makes it idempotent: the same again with the same content changes nothing, labels
   * included.
   * @throws ServiceFailure ResourceExistsException
   */
  put(version: SecretVersion, labels: readonly string[]): void {
    const existing = this.#versions.get(version.id);
    if (existing !== undefined) {
      assertSame(existing, version);
      return;
    }
    const isFirst = this.#versions.size === 0;
    this.#versions.set(version.id, version);
    for (const label of new Set(isFirst ? [...labels, current] : labels)) {
      this.#attach(label, version.id);
    }
  }

  /**
   * Compare and swap: `from` must hold the label, if anything but `to` does.
   * @throws ServiceFailure InvalidParameterException, ResourceNotFoundException
   */
  moveStage({ label, to, from }: StageMove): void {
    for (const id of [to, from]) {
      if (id !== undefined && !this.#versions.has(id)) {
        throw notFound(`Secrets Manager can't find the specified secret version: ${id}`);
      }
    }
    const holder = this.#holders.get(label);
    if (from === undefined && holder !== undefined && holder !== to) {
      throw invalid(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    if (from !== undefined && holder !== from) {
      throw invalid(`Staging label ${label} isn't attached to version ${from}.`);
    }
    if (to !== undefined) {
      this.#attach(label, to);
    } else if (label === current) {
      throw invalid(
        `You can only move staging label ${current} to a different secret version. It can't be completely removed.`,
      );
    } else {
      this.#holders.delete(label);
    }
  }

  /** @throws ServiceFailure InvalidParameterException */
  tag(tags: readonly Tag[]): void {
    const keys = new Set([...this.#tags.keys(), ...tags.map(({ Key }) => Key)]);
    if (keys.size > maxTags) {
      // The reference names the quota, but not the error; of those it lists, this one fits.
      throw invalid(`A secret can't have more than ${maxTags} tags.`);
    }
    for (const { Key, Value } of tags) {
      this.#tags.set(Key, Value);
    }
  }

  untag(keys: readonly string[]): void {
    for (const key of keys) {
      this.#tags.delete(key);
    }
  }

  #attach(label: string, versionId: string): void {
    const loser = this.#holders.get(label);
    this.#holders.set(label, versionId);
    if (label === current && loser !== undefined && loser !== versionId) {
      this.#holders.set(previous, loser);
    }
  }
}

function assertSame(existing: SecretVersion, wanted: SecretVersion): void {
  const [one, other] = [existing.content, wanted.content];
  if (one.SecretString !== other.SecretString || one.SecretBinary !== other.SecretBinary) {
    throw new ServiceFailure(
      "ResourceExistsException",
      "A resource with the ID you requested already exists.",
    );
  }
}

function notFound(message: string): ServiceFailure {
  return new ServiceFailure("ResourceNotFoundException", message);
}

function invalid(message: string): ServiceFailure {
  return new ServiceFailure("InvalidParameterException", message);
}
