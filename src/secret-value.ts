import { inspect } from "node:util";

/**
 * A token, password or key, wrapped the moment it exists. However it is printed (string, JSON,
 * inspect), it shows as `[redacted]`; `reveal()` belongs at the last step only: the request's body.
 */
export class SecretValue {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    return "[redacted]";
  }

  [inspect.custom](): string {
    return "[redacted]";
  }
}
