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
