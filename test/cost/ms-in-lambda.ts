/** A function has one core at this memory, and less in proportion: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const memoryOfOneCoreMb = 1_769;

/**
 * What takes so long on a whole core, at Lambda's share of one. Rather too long: while it waits for
 * an answer, a function may still be computing.
 */
export function msInLambda(
  { wallMs, cpuMs }: { readonly wallMs: number; readonly cpuMs: number },
  memoryMb: number,
): number {
  return wallMs + cpuMs * (memoryOfOneCoreMb / memoryMb - 1);
}
