import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { Clock, Ms } from "../model/basics.ts";
import type { SiteBuilt, SiteRequest } from "./build-site.ts";
import { pageAddresses } from "./site-views.ts";

/** What the building process says back, one message a build (and any number of `progress` before it). */
export type SiteAnswer =
  | { readonly is: "progress"; readonly says: string }
  | { readonly is: "built"; readonly built: SiteBuilt }
  | { readonly is: "failed"; readonly says: string };

export interface SiteProcess {
  /** One at a time. Rejects with what went wrong, in words for people; the next call starts afresh. */
  build(request: SiteRequest, onProgress?: (says: string) => void): Promise<SiteBuilt>;
  /** Ends the process. */
  close(): Promise<void>;
}

/**
 * Builds sites in a process of its own, so that drawing pages never keeps a health check or a Ctrl-C waiting. The process
 * starts with the first build and stays, since a second build there costs a fraction; it ends with us, whatever ends us,
 * because its channel closes.
 */
export function siteProcess({
  entry,
  env,
  clock,
  timeoutMs = 180_000,
}: {
  /** `cli/build-site-main`, as it stands beside the caller. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, "sleep">;
  readonly timeoutMs?: Ms;
}): SiteProcess {
  let child: ChildProcess | null = null;
  let complaints = "";
  let drawn = "";

  function startedIn(cwd: string): ChildProcess {
    if (child) return child;
    mkdirSync(cwd, { recursive: true });
    const made = fork(entry, [], {
      // Astro leaves files in the folder it runs in.
      cwd,
      env: { ...env, ASTRO_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: [],
    });
    complaints = "";
    for (const stream of [made.stdout, made.stderr])
      stream?.on("data", (chunk: Buffer) => {
        complaints = (complaints + chunk.toString()).slice(-4_000);
      });
    made.once("exit", () => {
      if (child === made) child = null;
    });
    child = made;
    return made;
  }

  /** Astro remembers a process's list of pages: one that has drawn others would go on drawing those. */
  function startedFor({ data, cacheDir }: SiteRequest): ChildProcess {
    const pages = pageAddresses(data).join(" ");
    if (child && pages !== drawn) {
      child.kill("SIGTERM");
      child = null;
    }
    drawn = pages;
    return startedIn(cacheDir);
  }

  return {
    build(request, onProgress = () => undefined) {
      const process = startedFor(request);
      const settled = new AbortController();
      return new Promise<SiteBuilt>((resolve, reject) => {
        const settle = (act: () => void): void => {
          settled.abort();
          process.off("message", hear);
          process.off("exit", left);
          act();
        };
        const hear = (answer: SiteAnswer): void => {
          if (answer.is === "progress") onProgress(answer.says);
          else if (answer.is === "built") settle(() => resolve(answer.built));
          else settle(() => reject(new Error(answer.says)));
        };
        const left = (code: number | null, signal: string | null): void =>
          settle(() => reject(new Error(`the site's builder ended (${signal ?? code})${lastLine(complaints)}`)));
        void clock.sleep(timeoutMs, settled.signal).then(() => {
          if (settled.signal.aborted) return;
          settle(() => reject(new Error(`the site was not built within ${timeoutMs / 1_000} s`)));
          process.kill("SIGKILL");
        });
        process.on("message", hear);
        process.on("exit", left);
        process.send(request, (error) => {
          if (error) settle(() => reject(error));
        });
      });
    },
    async close() {
      const process = child;
      if (!process) return;
      child = null;
      const gone = new Promise((resolve) => process.once("exit", resolve));
      process.kill("SIGTERM");
      const settled = new AbortController();
      void clock.sleep(2_000, settled.signal).then(() => {
        if (!settled.signal.aborted) process.kill("SIGKILL");
      });
      await gone;
      settled.abort();
    },
  };
}

function lastLine(text: string): string {
  const line = text.trim().split("\n").at(-1);
  return line ? `: ${line}` : "";
}
