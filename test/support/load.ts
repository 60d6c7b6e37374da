import { Agent, type Dispatcher, request } from "undici";

/** One request as its sender saw it. */
export interface Sent {
  readonly id: string;
  readonly outcome: "answered" | "failed";
  readonly says: string;
}

export interface LoadOptions {
  readonly url: string;
  readonly perSecond: number;
  /** Every so many requests are sent with the method POST and a body. */
  readonly postEvery?: number;
  /** Every so many requests take two seconds to answer. */
  readonly slowEvery?: number;
}

export interface Load {
  /** Ends the sending and resolves when all that was sent is answered or has failed. */
  stop(): Promise<readonly Sent[]>;
}

const SLOW_MS = 2_000;

/**
 * Mixed load on one address: every other request on a connection of its own, the others on kept ones; each has an id that
 * the fixture service writes down before it answers, so that both sides can be compared one by one. It sends by the clock
 * and never waits for answers, as clients that know nothing of each other do.
 */
export function startLoad({ url, perSecond, postEvery = 5, slowEvery = 20 }: LoadOptions): Load {
  const kept = new Agent({ pipelining: 1, connections: 50, keepAliveTimeout: 30_000 });
  const fresh = new Agent({ pipelining: 0 });
  const sent: Promise<Sent>[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1_000) * perSecond;
    while (sent.length < due) sent.push(send(sent.length));
  }, 5);

  async function send(count: number): Promise<Sent> {
    const id = `q${count}`;
    const post = count % postEvery === 0;
    const isFresh = count % 2 === 0;
    const path = count % slowEvery === 3 ? `/?ms=${SLOW_MS}` : "/";
    const dispatcher: Dispatcher = isFresh ? fresh : kept;
    try {
      const answer = await request(`${url}${path}`, {
        method: post ? "POST" : "GET",
        headers: { "x-request-id": id },
        ...(post ? { body: `order ${id}` } : {}),
        ...(isFresh ? { reset: true } : {}),
        dispatcher,
      });
      const text = await answer.body.text();
      return { id, outcome: answer.statusCode === 200 ? "answered" : "failed", says: `${answer.statusCode} ${text}` };
    } catch (error) {
      return {
        id,
        outcome: "failed",
        says: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      };
    }
  }

  return {
    async stop() {
      clearInterval(timer);
      const all = await Promise.all(sent);
      await Promise.all([kept.close(), fresh.close()]);
      return all;
    },
  };
}
