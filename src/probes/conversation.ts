import type { Socket } from "node:net";
import { Refusal } from "./probe-kind.ts";

/** More than this is not kept of what a server sends: one that talks without end must not fill our memory. */
const HELD_BYTES_MAX = 256 * 1024;
const LINE_BYTES_MAX = 8 * 1024;

/** What a server says, piece by piece. Each call waits for its piece, and fails when the connection ends before it. */
export interface Conversation {
  say(bytes: string | Uint8Array): void;
  /** Exactly so many. */
  bytes(count: number): Promise<Buffer>;
  /** Up to the line's end, without it. */
  line(): Promise<string>;
  /** Whatever comes first. */
  some(): Promise<Buffer>;
}

export function conversation(socket: Socket): Conversation {
  let held = Buffer.alloc(0);
  let over: Error | null = null;
  let wake: () => void = () => undefined;
  socket.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    if (held.length > HELD_BYTES_MAX) socket.pause();
    wake();
  });
  const end = (error?: Error): void => {
    over ??= error ?? new Refusal("connection closed before the answer was complete");
    wake();
  };
  socket.on("error", end);
  socket.on("end", () => end());
  socket.on("close", () => end());

  /** Takes what `find` finds; it gives a length, or null while there is not enough. */
  async function take(find: () => number | null): Promise<Buffer> {
    for (;;) {
      const length = find();
      if (length !== null) {
        const taken = held.subarray(0, length);
        held = held.subarray(length);
        socket.resume();
        return taken;
      }
      if (over !== null) throw over;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    say(bytes) {
      socket.write(bytes);
    },
    bytes(count) {
      if (count > HELD_BYTES_MAX) throw new Refusal("answered more than is read");
      return take(() => (held.length >= count ? count : null));
    },
    async line() {
      const taken = await take(() => {
        const at = held.indexOf(10);
        if (at < 0 && held.length > LINE_BYTES_MAX) throw new Refusal("answered a line without end");
        return at < 0 ? null : at + 1;
      });
      return taken.toString("utf8").replace(/\r?\n$/, "");
    },
    some: () => take(() => (held.length > 0 ? held.length : null)),
  };
}
