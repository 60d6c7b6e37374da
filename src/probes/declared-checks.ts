import type { SecretRef, Spec } from "../model/service.ts";
import type { SecretOf } from "./prepare.ts";
import type { Target } from "./target.ts";

/**
 * What a named check of the seed can be answered by where the service's own body says nothing of it: the `databases` of the
 * service, the `integrations` that say where they are. Empty where nothing is declared that could be asked.
 */
export function declaredTargets(name: string, spec: Spec, secretOf: SecretOf): readonly Target[] {
  if (name === "database_connection") return databaseTargets(spec, secretOf);
  if (name === "external_apis") return integrationTargets(spec);
  return [];
}

interface Database {
  readonly type?: string;
  readonly connection?: {
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
    readonly user?: string | SecretRef;
    readonly password?: string | SecretRef;
    readonly ssl?: boolean;
    readonly uri?: string | SecretRef;
  };
}

const SCHEMES: Readonly<Record<string, { readonly scheme: string; readonly secure?: string; readonly port?: number }>> =
  {
    postgresql: { scheme: "postgres", secure: "?sslmode=require" },
    mysql: { scheme: "mysql", secure: "?ssl=true" },
    mariadb: { scheme: "mariadb", secure: "?ssl=true" },
    mongodb: { scheme: "mongodb", secure: "?tls=true" },
    redis: { scheme: "redis" },
    // Known by its port alone.
    mssql: { scheme: "tcp", port: 1433 },
  };

function databaseTargets({ databases }: Spec, secretOf: SecretOf): readonly Target[] {
  return Object.entries((databases ?? {}) as Readonly<Record<string, Database>>).flatMap(([name, database]) => {
    const url = addressOf(database, secretOf);
    return url === null ? [] : [{ name, says: `the database ${name}`, url, how: {}, conditions: [] }];
  });
}

/** Credentials that are not here are left out: then the server's greeting has to do. */
function addressOf({ type = "", connection = {} }: Database, secretOf: SecretOf): string | null {
  const plain = (value: string | SecretRef | undefined): string =>
    value === undefined ? "" : typeof value === "string" ? value : (secretOf(value.secret) ?? "");
  const { host, port, database = "", ssl = false } = connection;
  const uri = plain(connection.uri);
  if (uri !== "") return uri;
  const of = Object.hasOwn(SCHEMES, type) ? SCHEMES[type] : undefined;
  if (of === undefined || host === undefined) return null;
  const password = plain(connection.password);
  const who = password === "" ? "" : `${encodeURIComponent(plain(connection.user))}:${encodeURIComponent(password)}@`;
  const scheme = of.scheme === "redis" && ssl ? "rediss" : of.scheme;
  const at = port ?? of.port;
  return `${scheme}://${who}${host.includes(":") ? `[${host}]` : host}${at === undefined ? "" : `:${at}`}/${
    of.scheme === "tcp" ? "" : encodeURIComponent(database)
  }${ssl ? (of.secure ?? "") : ""}`;
}

function integrationTargets({ integrations = [] }: Spec): readonly Target[] {
  return (integrations as readonly { readonly name?: string; readonly url?: string }[]).flatMap(({ name = "", url }) =>
    url === undefined ? [] : [{ name, says: `the API of ${name}`, url, how: {}, conditions: ["[STATUS] < 500"] }],
  );
}
