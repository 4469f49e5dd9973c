/** Which entries of a batch fail although nothing is wrong with them. */
interface EntryFault {
  readonly hits: (groupId: string) => boolean;
  timesLeft: number;
}

export class EntryFaults {
  #scripted: readonly EntryFault[] = [];

  add(hits: EntryFault["hits"], times: number): void {
    this.#scripted = [...this.#scripted, { hits, timesLeft: times }];
  }

  clear(): void {
    this.#scripted = [];
  }

  /** Uses up the fault once. */
  take(groupId: string): boolean {
    const next = this.#scripted.find(({ timesLeft, hits }) => timesLeft > 0 && hits(groupId));
    if (next) {
      next.timesLeft -= 1;
    }
    return next !== undefined;
  }
}
