import { parentPort, workerData } from "node:worker_threads";
import { BSON, MongoClient, MongoServerError } from "mongodb";
import { failureWords } from "./failure-words.ts";

/** What a thread of its own is to ask. */
export interface MongodbCommand {
  /** With its credentials. */
  readonly url: string;
  readonly database: string;
  /** Its name; it has no arguments. */
  readonly command: string;
  readonly timeoutMs: number;
  readonly bodyCharactersMax: number;
}

/** The thread is ready and asks now; then what came of it: the answer as JSON, or in words fit to be published why there is none. */
export type MongodbNews = { readonly asks: true } | { readonly body: string } | { readonly failed: string };

if (parentPort !== null) {
  parentPort.postMessage({ asks: true } satisfies MongodbNews);
  parentPort.postMessage(await ask(workerData as MongodbCommand));
}

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
