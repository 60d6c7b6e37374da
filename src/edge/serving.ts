import { Gateway, type SocketHandle } from "./gateway.ts";
import { type FromChild, slotKey, type ToChild } from "./serving-messages.ts";
import { TallyWriter } from "./tally.ts";

/** The serving child's end of the channel to its holder, and its own end. */
export interface ServingProcess {
  on(event: "message", listener: (message: unknown, handle: unknown) => void): unknown;
  once(event: "disconnect", listener: () => void): unknown;
  send(message: FromChild): void;
  /** Ends this process. */
  exit(): void;
  /** Resolves after `ms`. */
  sleep(ms: number): Promise<void>;
}

/** How long requests may go on when the holder has died: a new one is waiting to bind the ports. */
const ORPHAN_GRACE_MS = 10_000;

/**
 * Runs the serving child: takes sockets and snapshots from the holder until told to drain. Without a holder it stops
 * taking connections, so that a new holder can bind, and ends when its requests have.
 */
export function serveFrom(own: ServingProcess, tallyPath: string): void {
  const tally = new TallyWriter(tallyPath);
  const gateway = new Gateway(tally);
  const handles = new Map<number, SocketHandle>();
  let last: Promise<unknown> = Promise.resolve();
  const end = async (graceMs: number, idle: "close" | "leave"): Promise<void> => {
    await last;
    await Promise.race([gateway.drain(idle), own.sleep(graceMs)]);
    own.exit();
  };
  own.on("message", (received, handle) => {
    const message = received as ToChild;
    if (message.do === "listen") handles.set(message.port, handle as SocketHandle);
    else if (message.do === "drain") void end(message.graceMs, message.idle);
    else
      last = last.then(async () => {
        const slotOf = (service: string, release: number, instance: string | null): number =>
          message.slots[slotKey(service, release, instance)] ?? 0;
        const readBack = await gateway.serve(message.snapshot, slotOf, handles);
        handles.clear();
        own.send({ is: "serving", sequence: message.sequence, readBack });
      });
  });
  own.once("disconnect", () => void end(ORPHAN_GRACE_MS, "close"));
  own.send({ is: "up" });
}
