import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { BARE_ENVIRONMENT, git, temporaryFolder } from "./git-folder.ts";

/**
 * What goes wrong with one push: `break` cuts the connection before Git sees anything of it; `lose-answer` lets Git do all
 * of it and then cuts; `deny` answers 403, as GitHub does to a token that may not write; `hold` waits for `release()`.
 */
type PushFault = "break" | "lose-answer" | "deny" | "hold" | "hold-then-break";

/** A real Git remote on loopback: `git http-backend` behind Node's server, and faults for the pushes to come. */
export interface GitServer {
  /** Its one repository, bare, on disk. */
  readonly folder: string;
  readonly url: string;
  /** Taken by pushes one after the other; an empty list is a good day. Git itself never sends one twice unasked. */
  readonly faults: PushFault[];
  /** How many pushes have reached the server. */
  readonly pushes: number;
  /** How many are held now. */
  readonly held: number;
  release(): void;
  /** What happens between the update and the cut of `lose-answer`. */
  beforeCut: () => void;
  /** Whether whoever sends this `Authorization` header may push; everybody unless set. */
  mayPush: (authorization: string | undefined) => boolean;
  /** No request is answered any more, as with a network that is gone. */
  down: boolean;
}

export async function gitServer(options: { readonly format?: "sha1" | "sha256" } = {}): Promise<GitServer> {
  const root = temporaryFolder();
  const folder = join(root, "shop.git");
  mkdirSync(folder);
  git(folder, "init", "--quiet", "--bare", `--object-format=${options.format ?? "sha1"}`);
  git(folder, "config", "http.receivepack", "true");
  git(folder, "config", "receive.autogc", "false");
  const holding: (() => void)[] = [];
  const state = {
    faults: [] as PushFault[],
    pushes: 0,
    down: false,
    beforeCut: () => {},
    mayPush: (_: string | undefined): boolean => true,
    get held() {
      return holding.length;
    },
  };

  const server = createServer(async (request, response) => {
    const body = await whole(request);
    const cut = (): void => {
      request.socket.destroy();
    };
    if (state.down) return cut();
    const asksToPush = request.url?.includes("git-receive-pack") === true;
    if (asksToPush && !state.mayPush(request.headers.authorization))
      return void response.writeHead(403, { connection: "close" }).end();
    const isPush = request.method === "POST" && request.url?.endsWith("/git-receive-pack") === true;
    if (isPush) state.pushes += 1;
    const fault = isPush ? state.faults.shift() : undefined;
    if (fault === "break") return cut();
    if (fault === "deny") return void response.writeHead(403, { connection: "close" }).end();
    if (fault?.startsWith("hold")) await new Promise<void>((resolve) => holding.push(resolve));
    if (fault === "hold-then-break") return cut();
    const answer = await httpBackend(root, request, body);
    if (fault === "lose-answer") state.beforeCut();
    if (fault === "lose-answer" || request.socket.destroyed) return cut();
    respond(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const go of holding) go();
    server.closeAllConnections();
    server.close();
  });

  return Object.assign(state, {
    folder,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop.git`,
    release() {
      for (const go of holding.splice(0)) go();
    },
  });
}

/** One CGI call. Source of the variables: git-http-backend(1). */
function httpBackend(root: string, request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const { pathname, search } = new URL(request.url ?? "/", "http://127.0.0.1");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...BARE_ENVIRONMENT,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "tester",
      REMOTE_ADDR: "127.0.0.1",
    } as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(body);
  return whole(child.stdout);
}

function respond(response: ServerResponse, answer: Buffer): void {
  const end = answer.indexOf("\r\n\r\n");
  const headers = answer.toString("latin1", 0, end).split("\r\n");
  // A connection of its own for each request: libcurl would silently repeat a push whose reused connection was cut.
  response.setHeader("connection", "close");
  for (const header of headers) {
    const [name = "", value = ""] = header.split(/:\s*/, 2);
    if (name.toLowerCase() === "status") response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(answer.subarray(end + 4));
}

async function whole(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
