import net from "node:net";
import { getSystemErrorName } from "node:util";

/** A bound socket: held here, listened on by the serving child. */
export interface HeldSocket {
  readonly port: number;
  /** Node's own handle, which a child process can be sent. */
  readonly handle: NativeHandle;
}

interface NativeHandle {
  getsockname(into: object): number;
  close(): void;
}

/**
 * Binds a port on 127.0.0.1 without listening on it: the child that gets the handle calls `listen`, and since both share
 * one open socket it goes on listening, with its backlog, when that child is killed. A `net.Server` would accept
 * connections in this process, which nobody here serves; so this uses the function that Node's own `cluster` is built on
 * (`_createServerHandle` of lib/net.js; exported, undocumented, unchanged since Node 0.12). Returns the system's error code
 * (`EADDRINUSE`, `EACCES`) when the port cannot be had.
 */
export function bindPort(port: number): HeldSocket | string {
  const made = createServerHandle("127.0.0.1", port, 4, -1);
  if (typeof made === "number") return getSystemErrorName(made);
  // libuv reports a port in use only when asked for something: asking for the name is harmless.
  const name: { port?: number } = {};
  const error = made.getsockname(name);
  if (error !== 0) {
    made.close();
    return getSystemErrorName(error);
  }
  return { port: name.port ?? port, handle: made };
}

const { _createServerHandle: createServerHandle } = net as unknown as {
  _createServerHandle(address: string, port: number, family: 4 | 6, fd: number): NativeHandle | number;
};
