import type { Ask } from "./probe-kind.ts";

/** How each scheme is asked. Loaded when it is first needed, clients and all: validating needs none of them. */
export const KINDS: ReadonlyMap<string, () => Promise<Ask>> = new Map(
  Object.entries({
    "http https": () => import("./probe-http.ts").then(({ askHttp }) => askHttp),
    "ws wss": () => import("./probe-websocket.ts").then(({ askWebSocket }) => askWebSocket),
    tcp: () => import("./probe-tcp.ts").then(({ askTcp }) => askTcp),
    tls: () => import("./probe-tls.ts").then(({ askTls }) => askTls),
    dns: () => import("./probe-dns.ts").then(({ askDns }) => askDns),
    "postgres postgresql": () => import("./probe-postgresql.ts").then(({ askPostgresql }) => askPostgresql),
    "mysql mariadb": () => import("./probe-mysql.ts").then(({ askMysql }) => askMysql),
    "redis rediss": () => import("./probe-redis.ts").then(({ askRedis }) => askRedis),
    "mongodb mongodb+srv": () => import("./probe-mongodb.ts").then(({ askMongodb }) => askMongodb),
    "smtp smtps starttls": () => import("./probe-smtp.ts").then(({ askSmtp }) => askSmtp),
    "grpc grpcs": () => import("./probe-grpc.ts").then(({ askGrpc }) => askGrpc),
  } satisfies Record<string, () => Promise<Ask>>).flatMap(([schemes, load]) =>
    schemes.split(" ").map((scheme) => [scheme, load] as const),
  ),
);
