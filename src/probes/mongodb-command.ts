import { fileURLToPath } from "node:url";
import { BSON, MongoClient, MongoServerError } from "mongodb";
import { failureWords } from "./failure-words.ts";

/** What a process of its own is to ask. */
export interface MongodbCommand {
  /** With its credentials. */
  readonly url: string;
  readonly database: string;
  /** Its name; it has no arguments. */
  readonly command: string;
  readonly timeoutMs: number;
  readonly bodyCharactersMax: number;
}

/** The process is ready and asks now; then what came of it: the answer as JSON, or in words fit to be published why there is none. */
export type MongodbNews = { readonly asks: true } | { readonly body: string } | { readonly failed: string };

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.once("message", (command: MongodbCommand) => {
    process.send?.({ asks: true } satisfies MongodbNews);
    void ask(command).then((news) => process.send?.(news, () => process.disconnect()));
  });

async function ask({ url, database, command, timeoutMs, bodyCharactersMax }: MongodbCommand): Promise<MongodbNews> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    maxPoolSize: 1,
    appName: "fairlead-health",
  });
  try {
    const answer = await client.db(database).command({ [command]: 1 });
    return { body: BSON.EJSON.stringify(answer).slice(0, bodyCharactersMax) };
  } catch (error) {
    if (!(error instanceof MongoServerError)) return { failed: failureWords(error) };
    return { failed: error.code === 18 ? "the log-in was refused" : `the command failed (code ${Number(error.code)})` };
  }
}
