import type { Face } from "../../src/cli/face.ts";
import { BARE_ENVIRONMENT } from "./git-folder.ts";

/** A command's surroundings whose clock is the test's: waiting takes no time, and nobody hears what is said. */
export function quietFace({
  directory,
  now,
  env = { ...BARE_ENVIRONMENT },
}: {
  readonly directory: string;
  readonly now: () => number;
  readonly env?: NodeJS.ProcessEnv;
}): Face {
  const start = now();
  let nonces = 0;
  const say = (): void => {};
  return {
    terminal: {
      color: false,
      interactive: false,
      width: 100,
      json: false,
      result: say,
      say,
      complain: say,
      style: (_, text) => text,
    },
    directory,
    env,
    clock: { now, monotonic: () => now() - start, sleep: async () => {} },
    nonce: () => String(++nonces).padStart(32, "0"),
    signal: new AbortController().signal,
  };
}
