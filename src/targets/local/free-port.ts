import { createServer } from "node:net";

/** Ports given out lately: the system may offer one again before its instance has bound it. */
const recent: number[] = [];

/** A port on 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const port = await offered();
    if (recent.includes(port) && attempt < 50) continue;
    recent.push(port);
    if (recent.length > 200) recent.shift();
    return port;
  }
}

/** The system's code where nobody could listen on a port of 127.0.0.1 now, `EADDRINUSE` for one; null where one could. */
export function portTrouble(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? String(error)));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(null)));
  });
}

function offered(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
