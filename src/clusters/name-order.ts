/** In the order in which people count: cluster-2 before cluster-10. */
export const { compare: compareNames } = new Intl.Collator("en", { numeric: true });
