/** Of each secret that a sweep looks after: how it fares, and what it holds now. */
import type { SecretContent } from "../../pull-secrets/restarted-for.ts";
import { type ReadStamps, soonestExpiry } from "../../pull-secrets/stamps.ts";
import type { SecretLine } from "../report/report.ts";
import type { SecretWrite } from "../rules/secret-write.ts";

interface Place {
  readonly namespace: string;
  readonly pullSecret: string;
}

/** Holds state on purpose: it is written to from a hundred requests in flight. */
export class SecretsSeen {
  readonly #lines = new Map<string, SecretLine>();
  readonly #contents = new Map<string, SecretContent>();

  get lines(): readonly SecretLine[] {
    return [...this.#lines.values()];
  }

  at(place: Place): SecretLine | undefined {
    return this.#lines.get(keyOf(place));
  }

  contentAt(place: Place): SecretContent | undefined {
    return this.#contents.get(keyOf(place));
  }

  /** @param content undefined: there is none of ours */
  note(
    line: Omit<SecretLine, "expiresAt">,
    content: Pick<ReadStamps, "shape" | "registries"> | undefined,
  ): void {
    this.#put(line, content?.registries);
    if (content?.shape !== undefined) {
      const { shape, registries } = content;
      this.#contents.set(keyOf(line), { shape, registries });
    }
  }

  /**
   * It wasn't written: if there is one, its old credential still counts.
   * @param options.isSure false: the write may have arrived all the same
   */
  kept(
    { namespace, secret, existing, reason: { why } }: SecretWrite,
    reason: string,
    { isSure }: { readonly isSure: boolean },
  ): void {
    const line = { namespace, pullSecret: secret.name, result: "failed", reason } as const;
    // Where it is somebody else's, or somebody has changed it, our stamps don't say what it holds.
    if (isSure && (why === "registry-due" || why === "shape-changed")) {
      this.note(line, existing?.stamps);
    } else {
      this.#put(line, existing?.stamps.registries);
    }
  }

  #put(line: Omit<SecretLine, "expiresAt">, registries: ReadStamps["registries"] | undefined) {
    const expiresAt = soonestExpiry(registries?.values() ?? [])?.toISOString() ?? null;
    this.#lines.set(keyOf(line), { ...line, expiresAt });
  }
}

function keyOf({ namespace, pullSecret }: Place): string {
  return `${namespace}/${pullSecret}`;
}
