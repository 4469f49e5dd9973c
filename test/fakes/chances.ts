/** Numbers from 0 up to, not including, 1, as by chance: a xorshift, the same at each run. */
export function chances(seed = 2_463_534_242): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
