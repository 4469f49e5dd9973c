/** What a month costs, item by item, the largest first. Pure. */
import type { Quantities } from "./month.ts";
import { dollarsFor, type PriceName, prices } from "./prices.ts";

export interface Item {
  readonly name: PriceName;
  readonly quantity: number;
  readonly dollars: number;
  /** Where nothing else in the account uses what is free. */
  readonly withFreeTier: number;
}

export interface Estimate {
  readonly items: readonly Item[];
  readonly dollars: number;
  readonly withFreeTier: number;
}

export function estimate(quantities: Quantities): Estimate {
  const names = Object.keys(prices) as PriceName[];
  const items = names
    .map((name) => itemOf(name, quantities[name] ?? 0))
    .filter(({ quantity }) => quantity > 0)
    .toSorted((one, other) => other.dollars - one.dollars);
  return {
    items,
    dollars: items.reduce((total, { dollars }) => total + dollars, 0),
    withFreeTier: items.reduce((total, item) => total + item.withFreeTier, 0),
  };
}

function itemOf(name: PriceName, quantity: number): Item {
  return {
    name,
    quantity,
    dollars: dollarsFor(name, quantity, true),
    withFreeTier: dollarsFor(name, quantity, false),
  };
}
