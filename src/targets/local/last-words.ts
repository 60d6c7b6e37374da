const LENGTH_MAX = 200;

/** The one line of what a process wrote last that best says why it ended; null when it said nothing. Pure. */
export function tellingLine(lines: readonly string[]): string | null {
  const words = lines.map((line) => line.trim()).filter((line) => line !== "");
  const error = words.findLast((line) => /^(?:uncaught\s+)?(?:\w*Error|error|fatal|panic)\b/i.test(line));
  // A stack trace ends with its frames and Node's own version.
  const last = words.findLast((line) => !/^(?:at |Node\.js v|[{}^])/.test(line));
  const telling = error ?? last ?? null;
  return telling === null || telling.length <= LENGTH_MAX ? telling : `${telling.slice(0, LENGTH_MAX)}…`;
}
