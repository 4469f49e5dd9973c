import type { Registrant } from "../marks.ts";

/** What somebody wants to be taken away, and what they said of it. */
export interface RemovalWish extends Registrant {
  /** Pull secrets stay, and the service accounts' links to them. */
  readonly keepSecrets: boolean;
  /** How long the record can be restored. */
  readonly recoveryDays: number;
  /** What the record calls the server of the context, where it has another address for it. */
  readonly server: string | undefined;
  /** Also in a cluster where nothing tells that it was registered by this name. */
  readonly leftovers: boolean;
}
