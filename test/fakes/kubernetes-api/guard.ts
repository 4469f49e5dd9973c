/** What else judges a write, besides the object's own rules: the places where it is asked. */
import type { ApiObject } from "./object.ts";

/** Undefined before: created; undefined after: deleted. */
export interface Change {
  readonly object: ApiObject | undefined;
  readonly oldObject: ApiObject | undefined;
}

/** Both throw ApiError to refuse. The order is that of a real server. */
export interface Guard {
  /** Ahead of the object's own validation: may this user give away what it grants? */
  beforeValidation(change: Change): void;
  /** After it, and before the store is asked: the right to create by apply, and policies. */
  afterValidation(change: Change): void;
}

/** For whoever meddles with the state directly. */
export const unguarded: Guard = {
  beforeValidation: () => undefined,
  afterValidation: () => undefined,
};
