/** Where a command works: alone in its module, since it is needed before any AWS client is. */
import { type RegionSources, resolveRegion } from "../aws/region.ts";

/** Undefined: nobody names one. @throws UsageError, UserError for what is no region's name */
export function findRegion(sources: RegionSources): Promise<string | undefined> {
  return resolveRegion(sources);
}
