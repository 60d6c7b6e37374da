import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Names the process that listens on a TCP port: `nginx (pid 812)`, `node server.js in /srv/shop (pid 4711)`. Null where the system does not tell. */
export function portOwner(port: number): string | null {
  const inodes = new Set([...listeners("/proc/net/tcp", port), ...listeners("/proc/net/tcp6", port)]);
  if (inodes.size === 0) return null;
  for (const pid of entries("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of entries(`/proc/${pid}/fd`)) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode && inodes.has(inode)) return `${nameOf(pid)} (pid ${pid})`;
      } catch {
        // It has ended, or is another user's.
      }
    }
  }
  return null;
}

/** A program by its name; one that an interpreter runs by its script and the folder it runs in, or all are called `node`. */
function nameOf(pid: string): string {
  const [program = "", script] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  const name = basename(program) || readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  if (!script || !/\.\w+$/.test(script)) return name;
  try {
    return `${name} ${basename(script)} in ${readlinkSync(`/proc/${pid}/cwd`)}`;
  } catch {
    return `${name} ${basename(script)}`;
  }
}

/** Socket inodes in state 0A (LISTEN) on the port, as proc_net(5) lists them. */
function listeners(path: string, port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === "0A" && local.endsWith(`:${hex}`) && inode ? [inode] : [];
  });
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
