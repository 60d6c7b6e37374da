import { GitHubError } from "./github-error.ts";

/** Pages of a hundred. A server that always names one more page must end somewhere. */
const PAGES_MAX = 1_000;

/** The items of all pages of a list, one after the other, asking for a page only when it is reached. */
export async function* everyItem<T>(
  pages: AsyncIterable<{ readonly data: readonly T[] }>,
  pagesMax = PAGES_MAX,
): AsyncGenerator<T, void, void> {
  let count = 0;
  for await (const { data } of pages) {
    if (++count > pagesMax) {
      throw new GitHubError("refused", { summary: `GitHub lists more than ${pagesMax} pages of one thing` });
    }
    yield* data;
  }
}
