/** What ListSecrets reads: the secrets as they were a while ago. It may lag minutes behind. */

interface Snapshot<Entry> {
  readonly at: number;
  /** Undefined: gone. */
  readonly entry: Entry | undefined;
}

interface History<Entry> {
  readonly sequence: number;
  /** Oldest first; nothing older than what is listed now. */
  readonly snapshots: readonly Snapshot<Entry>[];
}

export class LaggingIndex<Entry> {
  readonly #histories = new Map<string, History<Entry>>();
  readonly #now: () => Date;
  readonly #lagMs: () => number;
  #lastSequence = 0;

  constructor(now: () => Date, lagMs: () => number) {
    this.#now = now;
    this.#lagMs = lagMs;
  }

  record(arn: string, entry: Entry | undefined): void {
    const { sequence, snapshots } = this.#histories.get(arn) ?? this.#newHistory();
    const all = [...snapshots, { at: this.#now().getTime(), entry }];
    const listed = all.findLastIndex(({ at }) => at <= this.#cutoff());
    const kept = all.slice(Math.max(listed, 0));
    if (kept.length === 1 && entry === undefined) {
      this.#histories.delete(arn);
    } else {
      this.#histories.set(arn, { sequence, snapshots: kept });
    }
  }

  /** In order of creation; `after` is the sequence of an entry that came before. */
  *entries(after: number): Generator<readonly [sequence: number, entry: Entry]> {
    const cutoff = this.#cutoff();
    for (const { sequence, snapshots } of this.#histories.values()) {
      const entry =
        sequence > after ? snapshots.findLast(({ at }) => at <= cutoff)?.entry : undefined;
      if (entry !== undefined) {
        yield [sequence, entry];
      }
    }
  }

  #newHistory(): History<Entry> {
    this.#lastSequence += 1;
    return { sequence: this.#lastSequence, snapshots: [] };
  }

  #cutoff(): number {
    return this.#now().getTime() - this.#lagMs();
  }
}
