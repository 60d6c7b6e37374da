import { createServer } from "node:net";
import { gitFolder } from "./git-folder.ts";

/** Free ports, for service files: the edge listens on what is declared. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise((resolve) => server.close(resolve));
      return typeof address === "object" && address ? address.port : 0;
    }),
  );
}

/** A server that says who it is, and what it was given. */
export const SERVER = `import { createServer } from "node:http";
const word = "first";
createServer((request, response) => {
  if (request.url === "/health") return response.end("ok");
  response.end(JSON.stringify({ word, release: process.env.FAIRLEAD_RELEASE, greeting: process.env.GREETING }));
}).listen(process.env.PORT, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;

/** A service file whose code is \`services/<id>/server.mjs\`. */
export function serviceFile(id: string, port: number, more = ""): string {
  return `id: ${id}
name: ${id}
type: api
command: [node, server.mjs]
source: services/${id}
endpoints: [/api/${id}]
networking: { port: ${port} }
health: { endpoint: /health, interval: 1s, timeout: 900ms }
deployment: { min_healthy_time: 200ms, drain_time: 2s }
environment: { GREETING: hello }
${more}`;
}

/** A Git repository with two services, \`orders\` depending on \`stock\`. */
export async function shop(): Promise<{ readonly folder: string; readonly stock: number; readonly orders: number }> {
  const [stock = 0, orders = 0] = await freePorts(2);
  const folder = gitFolder({
    ".gitignore": ".fairlead/\ndist/\n",
    "fairlead.yaml": "project: shop\nsite: { refresh: 1s, include: [dependencies, releases, configuration] }\n",
    "services/stock.yaml": serviceFile("stock", stock),
    "services/stock/server.mjs": SERVER,
    "services/orders.yaml": serviceFile("orders", orders, "dependencies: [stock]\n"),
    "services/orders/server.mjs": SERVER,
  });
  return { folder, stock, orders };
}
