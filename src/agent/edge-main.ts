/**
 * Entry of the edge's two processes. `edge-main hold SOCKET FOLDER BUILD` keeps the listening sockets and is told what to
 * serve over SOCKET; it starts `edge-main serve TALLY`, which serves.
 */
import { fork } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { realClock } from "./real-clock.ts";

const FOLDER_LOOK_MS = 2_000;
const [role, ...rest] = process.argv.slice(2);
// Ends with its agent's order or its parent, never with a terminal's Ctrl-C.
process.on("SIGINT", () => undefined);
process.on("SIGHUP", () => undefined);
if (role === "serve") await serve(rest[0] ?? "");
else if (role === "hold") await hold(rest[0] ?? "", rest[1] ?? "", rest[2] ?? "");
else {
  process.stderr.write("edge-main is started by Fairlead's agent\n");
  process.exitCode = 1;
}

async function serve(tallyPath: string): Promise<void> {
  const { serveFrom } = await import("../edge/serving.ts");
  serveFrom(
    {
      on: (event, listener) => process.on(event, listener),
      once: (event, listener) => process.once(event, listener),
      // The holder may be gone already: "disconnect" tells.
      send: (message) => void process.send?.(message, undefined, {}, () => undefined),
      exit: () => process.exit(0),
      sleep: (ms) => realClock.sleep(ms),
    },
    tallyPath,
  );
}

async function hold(socketPath: string, folder: string, build: string): Promise<void> {
  const { EdgeHolder } = await import("../edge/edge-holder.ts");
  const { edgeServer } = await import("../edge/edge-server.ts");
  const holder = new EdgeHolder({
    spawn: (tallyPath) =>
      fork(import.meta.filename, ["serve", tallyPath], { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
    folder,
    clock: realClock,
    log: (says) => process.stderr.write(`${new Date().toISOString()} edge: ${says}\n`),
  });
  const server = edgeServer({ holder, build, pid: process.pid, ended: () => process.exit(0) });
  process.on("SIGTERM", () => void holder.close(10_000).then(() => process.exit(0)));
  // Whoever starts an edge has made sure that none answers there.
  rmSync(socketPath, { force: true });
  await server.listen({ path: socketPath });
  chmodSync(socketPath, 0o600);
  // Whoever removed the runtime folder wants nothing of it to go on, and an agent that could end us may be gone.
  while (existsSync(folder)) await realClock.sleep(FOLDER_LOOK_MS);
  await holder.close(10_000);
  process.exit(0);
}
