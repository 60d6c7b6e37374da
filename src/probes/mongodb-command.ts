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

/** What came of it: the answer as JSON, or in words fit to be published why there is none. */
export type MongodbOutcome = { readonly body: string; readonly responseTimeMs: number } | { readonly failed: string };

parentPort?.postMessage(await ask(workerData as MongodbCommand));

async function ask({ url, database, command, timeoutMs, bodyCharactersMax }: MongodbCommand): Promise<MongodbOutcome> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    maxPoolSize: 1,
    appName: "fairlead-health",
  });
  try {
    const start = performance.now();
    const answer = await client.db(database).command({ [command]: 1 });
    const responseTimeMs = Math.round((performance.now() - start) * 10) / 10;
    return { body: BSON.EJSON.stringify(answer).slice(0, bodyCharactersMax), responseTimeMs };
  } catch (error) {
    if (!(error instanceof MongoServerError)) return { failed: failureWords(error) };
    return { failed: error.code === 18 ? "the log-in was refused" : `the command failed (code ${Number(error.code)})` };
  }
}
