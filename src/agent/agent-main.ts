/**
 * Entry of the local target's agent: `agent-main ROOT ENVIRONMENT SOCKET_HOME BUILD`. It is started in the background,
 * keeps an environment's instances until told to stop, and is the only one to do so; its death touches none of them.
 * `agent/` is the face of the background processes: it reads environment and clock, and ends the process.
 */
import { spawn } from "node:child_process";
import { chmodSync, closeSync, existsSync, openSync, rmSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { realClock } from "./real-clock.ts";

const [root = "", environment = "", socketHome = "", build = ""] = process.argv.slice(2);
const LOCK_LOOK_MS = 2_000;

// A terminal's Ctrl-C or its end is meant for whoever sits at it.
process.on("SIGINT", () => undefined);
process.on("SIGHUP", () => undefined);
if (root === "" || environment === "" || socketHome === "" || build === "") {
  process.stderr.write("agent-main is started by Fairlead's command line\n");
  process.exitCode = 1;
} else {
  await keep();
}

async function keep(): Promise<void> {
  const { prepareRuntime, runtimeFolder } = await import("../targets/local/runtime-folder.ts");
  const uid = process.getuid?.() ?? null;
  const runtime = runtimeFolder({ root, environment, socketHome, uid });
  const unusable = prepareRuntime(runtime, uid);
  // Compiled code is believed as it is: it lies where nobody else can write and no commit can put a file.
  if (!unusable) enableCompileCache(join(runtime.socketFolder, "compile"));

  const { AGENT_PROTOCOL } = await import("../targets/local/agent-api.ts");
  const { dropLock, holdsLock, readHolder, takeLock } = await import("../targets/local/agent-lock.ts");
  const { agentServer } = await import("../targets/local/agent-server.ts");
  const { inheritedVariables } = await import("../targets/local/instance-variables.ts");
  const { findProcess } = await import("../targets/local/process-table.ts");
  const { Supervisor } = await import("../targets/local/supervisor.ts");

  const me = await findProcess(process.pid);
  if (unusable || !me) {
    log(unusable?.summary ?? "this process cannot be found in the process table");
    process.exit(1);
  }
  if (!(await takeLock(runtime.lockFile, me))) {
    log("another agent keeps this environment already");
    process.exit(0);
  }
  const supervisor = new Supervisor({
    runtime,
    clock: realClock,
    edge: await edgeAccess(runtime),
    inherited: inheritedVariables(process.env, dirname(process.execPath)),
    log,
  });
  const end = (): never => {
    rmSync(runtime.agentSocket, { force: true });
    dropLock(runtime.lockFile, me);
    process.exit(0);
  };
  process.on("SIGTERM", () => void supervisor.leave().then(end, end));
  await supervisor.start();
  const hello = { protocol: AGENT_PROTOCOL, build, pid: process.pid, root: runtime.root, environment };
  const server = agentServer({ supervisor, hello, ended: end });
  rmSync(runtime.agentSocket, { force: true });
  await server.listen({ path: runtime.agentSocket });
  chmodSync(runtime.agentSocket, 0o600);
  log(`keeping ${environment} (pid ${process.pid}, build ${build})`);

  for (;;) {
    await realClock.sleep(LOCK_LOOK_MS);
    if (holdsLock(runtime.lockFile, me)) continue;
    if (readHolder(runtime.lockFile) === null && prepareRuntime(runtime, uid) === null) {
      // Somebody removed the runtime folder. What runs would be nobody's: it is stopped, and so are we.
      log("the runtime folder was removed: stopping everything");
      await supervisor.stop();
      end();
    }
    log("another agent has taken over");
    process.exit(0);
  }
}

async function edgeAccess(runtime: {
  readonly edgeSocket: string;
  readonly edgeLog: string;
  readonly folder: string;
}): Promise<import("../targets/local/edge-control.ts").EdgeAccess> {
  const { EDGE_PROTOCOL } = await import("../edge/edge-api.ts");
  const { EdgeClient } = await import("../edge/edge-client.ts");
  const extension = import.meta.filename.endsWith(".ts") ? "ts" : "js";
  const entry = join(import.meta.dirname, `edge-main.${extension}`);
  return {
    protocol: EDGE_PROTOCOL,
    connect: () => new EdgeClient(runtime.edgeSocket),
    start: () => {
      const { edgeSocket, folder } = runtime;
      const another = existsSync(edgeSocket);
      const output = openSync(runtime.edgeLog, "a", 0o600);
      const child = spawn(process.execPath, [entry, "hold", edgeSocket, folder, build], {
        detached: true,
        stdio: ["ignore", output, output],
      });
      // Whether it came up is seen on its socket.
      child.on("error", () => undefined);
      child.unref();
      closeSync(output);
      return another;
    },
  };
}

function log(says: string): void {
  process.stderr.write(`${new Date().toISOString()} agent: ${says}\n`);
}
