/** What the rules are made for: who is bound by them, and what the config wants. */
import type { Demand, Place } from "../demand.ts";
import type { Subject } from "../rights.ts";

export interface PolicyScope {
  readonly demand: Demand;
  readonly subject: Subject;
  /** As each secret names it. */
  readonly owner: string;
  /** Expression: whether the config selects the request's namespace for this place. */
  readonly selected: (place: Place) => string;
}
