import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Face } from "./face.ts";

const ASK_MS = 1_000;

/**
 * One `fairlead up` for a folder and environment: two would each stop what the other runs. Whoever is first listens on a
 * Unix socket, which ends with its process however that ends, and tells the next one where its status site is. Where no
 * such socket can be made, nobody is kept out.
 */
export async function beTheOnlyUp(
  face: Face,
  up: { readonly root: string; readonly environment: string; readonly site: () => string | null },
): Promise<{ readonly release: () => Promise<void> } | { readonly diagnostic: Diagnostic }> {
  const name = createHash("sha256").update(`${up.root}\0${up.environment}`).digest("hex").slice(0, 16);
  const path = join(face.env["XDG_RUNTIME_DIR"] ?? tmpdir(), `fairlead-up-${name}`);
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(JSON.stringify({ pid: process.pid, site: up.site() }));
  });
  if (!(await listens(server, path))) {
    const other = await whoListens(path);
    if (other !== null) return { diagnostic: runsAlready(up.environment, other) };
    // Its process was killed: the socket's name is all that is left.
    try {
      rmSync(path, { force: true });
    } catch {
      // Another user's, in a folder that all share.
    }
    if (!(await listens(server, path))) return { release: async () => {} };
  }
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = (): void => resolve(false);
    server.once("error", failed);
    server.listen(path, () => {
      server.off("error", failed);
      // Never a reason to stay.
      server.unref();
      resolve(true);
    });
  });
}

interface Other {
  readonly pid: number;
  readonly site: string | null;
}

function whoListens(path: string): Promise<Other | null> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(path);
    socket.setTimeout(ASK_MS, () => socket.destroy());
    socket.on("data", (chunk) => {
      said += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      try {
        resolve(JSON.parse(said) as Other);
      } catch {
        resolve(null);
      }
    });
  });
}

function runsAlready(environment: string, { pid, site }: Other): Diagnostic {
  return {
    code: "up-runs-already",
    severity: "error",
    environment,
    summary: `\`fairlead up\` runs in this folder already (pid ${pid})`,
    hint: `${site === null ? "Wait for it to end" : `Look at ${site}`}, or end it with Ctrl-C in its terminal.`,
  };
}
