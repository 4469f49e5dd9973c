/** Placeholder until the config module lands: the names and signatures are the contract. */
export interface NamespaceSelection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly selector: string | undefined;
}
