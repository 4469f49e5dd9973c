/** What an API server answered, or why it didn't: a diagnosis goes on either way. */
import { ClusterError } from "../errors.ts";

export type Asked<T> =
  | { readonly answer: T; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: ClusterError };

/** Throws what isn't a ClusterError: a bug. */
export async function asked<T>(question: Promise<T>): Promise<Asked<T>> {
  try {
    return { answer: await question };
  } catch (error) {
    if (error instanceof ClusterError) {
      return { error };
    }
    throw error;
  }
}
