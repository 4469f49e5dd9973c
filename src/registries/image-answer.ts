/** What a registry answers to somebody who wants an image. */
import type { SecretValue } from "../secret-value.ts";
import type { ImageReference } from "./image-reference.ts";
import type { RegistryMessage } from "./registry-message.ts";

export interface Login {
  readonly username: string;
  readonly password: SecretValue;
}

export type ImageAnswer = FoundImage | NoImage;

export interface FoundImage {
  readonly outcome: "found";
  /** Undefined: the registry doesn't tell. */
  readonly digest: string | undefined;
  /** Of its manifest. */
  readonly mediaType: string;
  /** Handed out to nobody in particular: the login was never looked at. */
  readonly isPublic: boolean;
}

export interface NoImage extends RegistryMessage {
  /** `missing`: it isn't there. `refused`: whether or not it is, the login doesn't open it. */
  readonly outcome: "missing" | "refused";
  /** Who said so: the registry, or the service that gives its tokens. */
  readonly host: string;
  readonly status: number;
  /** The login was never looked at: the answer came before anybody asked for one. */
  readonly isUnasked?: true;
}

/** @throws RegistryError: there is no answer, neither yes nor no */
export type FindImage = (
  image: ImageReference,
  login: Login,
  abort: AbortSignal,
) => Promise<ImageAnswer>;
