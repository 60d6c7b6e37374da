import type { GitHubClient } from "./client.ts";
import { GitHubError } from "./github-error.ts";

const ATTEMPTS_MAX = 3;

/**
 * Makes something of which a lost answer must not make two. Where it is unclear whether it was made, it is looked for, and
 * only what is not there is made again. `find` has to know it again by something of its own: a marker, a name, an id.
 */
export async function createOnce<T>(
  client: GitHubClient,
  { what, create, find }: { readonly what: string; create(): Promise<T>; find(): Promise<T | null> },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      if (!(error instanceof GitHubError) || !error.mayBeDone) throw error;
      if (attempt === ATTEMPTS_MAX) {
        const found = await find();
        if (found !== null) return found;
        throw error;
      }
      await client.waitBefore(attempt, what);
      const found = await find();
      if (found !== null) return found;
    }
  }
}
