/**
 * How many values a document holds once shared parts are counted as often as they are used; stops counting above `limit`.
 * A document that contains itself counts as endless.
 */
export function expandedSize(value: unknown, limit: number): number {
  const open = new Set<object>();
  let count = 0;
  const visit = (part: unknown): void => {
    if (++count > limit || typeof part !== "object" || part === null) return;
    if (open.has(part)) {
      count = Number.POSITIVE_INFINITY;
      return;
    }
    open.add(part);
    for (const child of Array.isArray(part) ? part : Object.values(part)) {
      visit(child);
      if (count > limit) break;
    }
    open.delete(part);
  };
  visit(value);
  return count;
}
