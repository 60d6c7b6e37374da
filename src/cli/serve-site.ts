import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import fastify from "fastify";
import type { Diagnostic } from "../model/diagnostic.ts";

export interface ServedSite {
  readonly url: string;
  /** From now on there are pages to show; until then a visitor is told to wait, and not shown those of an earlier day. */
  open(): void;
  close(): Promise<void>;
}

/**
 * Serves a built site over HTTP. Pages are always asked for anew, since they are rebuilt all the time; files whose name
 * carries their hash may be kept for ever. Returns a diagnostic when the port cannot be had. Port 0 takes any free one.
 */
export async function serveSite({
  folder,
  port,
  host = "127.0.0.1",
  base = "/",
}: {
  readonly folder: string;
  readonly port: number;
  readonly host?: string;
  /** Where the site was built for: `/` or `/status/`. */
  readonly base?: string;
}): Promise<{ readonly site: ServedSite } | { readonly diagnostic: Diagnostic }> {
  const server = fastify({ forceCloseConnections: true });
  const prefix = `/${base.replace(/^\/+|\/+$/g, "")}/`.replace("//", "/");
  let isOpen = false;
  server.addHook("onRequest", async (_, reply) => {
    if (!isOpen) return reply.code(503).headers(WAIT).send(WAIT_PAGE);
  });
  await server.register(fastifyStatic, {
    root: folder,
    prefix,
    redirect: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.includes("/_astro/");
      reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      reply.header("x-content-type-options", "nosniff");
    },
  });
  server.setNotFoundHandler(async (_, reply) => {
    // Read each time: the page is rebuilt with the others.
    const page = await readFile(join(folder, "404.html"), "utf8").catch(() => "Not found");
    return reply.code(404).header("cache-control", "no-cache").type("text/html; charset=utf-8").send(page);
  });
  if (prefix !== "/") server.get("/", async (_, reply) => reply.redirect(prefix));
  try {
    const origin = await server.listen({ port, host });
    const open = (): void => {
      isOpen = true;
    };
    return { site: { url: `${friendly(origin)}${prefix}`, open, close: () => server.close() } };
  } catch (error) {
    await server.close();
    return { diagnostic: cannotListen(error, host, port) };
  }
}

const WAIT = { "cache-control": "no-store", "retry-after": "2", "content-type": "text/html; charset=utf-8" };

/** Asks again by itself, without script. */
const WAIT_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="2">
<title>Starting…</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 20vh auto; max-width: 30rem; padding: 0 1rem }</style>
<h1>Services are starting</h1>
<p>The status site is drawn as soon as every service has been asked how it is. This page looks again by itself.</p>
</html>
`;

/** People know `localhost`; on loopback it is the same. */
function friendly(origin: string): string {
  return origin.replace("//127.0.0.1:", "//localhost:");
}

function cannotListen(error: unknown, host: string, port: number): Diagnostic {
  const code = (error as NodeJS.ErrnoException).code;
  const base = { code: "site-port-unavailable", severity: "error" } as const;
  if (code === "EADDRINUSE") {
    return {
      ...base,
      summary: `port ${port} is in use by another program, so the status site cannot be served there`,
      hint: "End that program, or choose another port with --port.",
    };
  }
  if (code === "EACCES") {
    return {
      ...base,
      summary: `port ${port} may not be opened by this user`,
      hint: "Choose a port above 1023 with --port.",
    };
  }
  return { ...base, summary: `the status site cannot be served on ${host}:${port} (${code ?? String(error)})` };
}
