/**
 * Waits until `condition` holds (returns something truthy) and returns that, asking every 25 ms. A condition that throws
 * does not hold yet. Past the deadline it fails, naming what it waited for and the last reason.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 15_000, what = condition.toString() }: { deadlineMs?: number; what?: string } = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  let last: unknown = "never true";
  while (performance.now() < end) {
    try {
      const value = await condition();
      if (value) return value as NonNullable<T>;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited ${deadlineMs} ms for: ${what} (${last instanceof Error ? last.message : String(last)})`);
}
