/** How figures and times are written. Everything is UTC: the page is built once for readers everywhere. */

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** `24 Nov 2026`. */
export function date(instant: string): string {
  return DATE.format(new Date(instant));
}

/** `12:03:20`. */
export function time(instant: string): string {
  return instant.slice(11, 19);
}

/** `12:03:20 UTC`, with the date where it is not the day of `now`. */
export function moment(instant: string, now: string): string {
  const clock = `${time(instant)} UTC`;
  return instant.slice(0, 10) === now.slice(0, 10) ? clock : `${clock} on ${date(instant)}`;
}

/** `8.4 ms`, `132 ms`, `1.25 s`: three figures at most. */
export function latency(ms: number): string {
  if (ms >= 1_000) return `${trimmed((ms / 1_000).toFixed(2))} s`;
  return `${ms >= 10 ? Math.round(ms) : trimmed(ms.toFixed(1))} ms`;
}

/** `30 s`, `5 min`, `2 h`, `1 d`. */
export function span(ms: number): string {
  const units: readonly (readonly [string, number])[] = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1_000],
  ];
  for (const [unit, size] of units) if (ms >= size && ms % size === 0) return `${ms / size} ${unit}`;
  return ms >= 1_000 ? `${trimmed((ms / 1_000).toFixed(1))} s` : `${ms} ms`;
}

/**
 * Passed of actual in percent, two decimals, rounded down: 99.999 % is not 100 %. Null where nothing was asked.
 */
export function uptimePercent({ actual, passed }: { readonly actual: number; readonly passed: number }): string | null {
  if (actual === 0) return null;
  if (passed === actual) return "100";
  return (Math.floor((passed / actual) * 10_000) / 100).toFixed(2);
}

const NUMBER = new Intl.NumberFormat("en-GB");

/** `12,345`. */
export function count(n: number): string {
  return NUMBER.format(n);
}

/** `1 service`, `6 services`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

function trimmed(text: string): string {
  return text.replace(/\.?0+$/, "");
}
