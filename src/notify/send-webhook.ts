import { createHmac } from "node:crypto";
import pRetry from "p-retry";
import { request } from "undici";
import type { Ms } from "../model/basics.ts";
import type { Message } from "./messages.ts";
import { renderSlack } from "./render-slack.ts";
import type { Sending } from "./send.ts";
import type { Refused } from "./send-email.ts";
import { fillTemplate, templateProblem, valuesOf } from "./webhook-template.ts";

const RETRIES_MAX = 3;
/** A server that asks for more is asked again by the next run. */
const WAIT_MAX_S = 30;

/**
 * Posts a message, again where the server is busy or gone. Redirects are not followed: whoever answers one could send what was
 * meant for one host to another. Null: it was taken.
 */
export async function sendWebhook(
  message: Message,
  { address, key }: { readonly address: string; readonly key: string | undefined },
  sending: Sending & { readonly timeoutMs: Ms; readonly secondMs: Ms },
): Promise<Refused | null> {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address))
    return { why: "its address is none that begins with https:// or http://" };
  const { template, type } = message.to;
  if (template !== undefined && templateProblem(template) !== null)
    return { why: "its template cannot be filled in", hint: "`fairlead validate` says why" };
  const body =
    type === "slack"
      ? JSON.stringify(renderSlack(message.notice))
      : template === undefined
        ? JSON.stringify(valuesOf(message))
        : fillTemplate(template, valuesOf(message));
  const { clock, signal, secondMs } = sending;
  try {
    await pRetry(() => post(address, { body, key, message, sending }), {
      retries: RETRIES_MAX,
      minTimeout: 0,
      maxTimeout: 0,
      shouldRetry: ({ error }) => error instanceof NotTaken && error.again && !signal.aborted,
      async onFailedAttempt({ error, attemptNumber, retriesLeft }) {
        if (!(error instanceof NotTaken) || !error.again || retriesLeft === 0 || signal.aborted) return;
        await clock.sleep((error.afterSeconds ?? 2 ** (attemptNumber - 1)) * secondMs, signal);
      },
    });
    return null;
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error;
    return { why: error.message };
  }
}

class NotTaken extends Error {
  readonly again: boolean;
  readonly afterSeconds: number | undefined;

  constructor(why: string, again: boolean, afterSeconds?: number) {
    super(why);
    this.again = again;
    this.afterSeconds = afterSeconds;
  }
}

async function post(
  address: string,
  about: {
    readonly body: string;
    readonly key: string | undefined;
    readonly message: Message;
    readonly sending: Sending & { readonly timeoutMs: Ms };
  },
): Promise<void> {
  const { body, key, message, sending } = about;
  const seconds = String(Math.floor(sending.clock.now() / 1_000));
  const signature = key === undefined ? null : createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex");
  let status: number;
  let retryAfter: string | string[] | undefined;
  try {
    const response = await request(withoutUser(address), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": sending.userAgent,
        "idempotency-key": message.key,
        ...authorization(address),
        ...(signature === null
          ? {}
          : { "x-fairlead-timestamp": seconds, "x-fairlead-signature": `sha256=${signature}` }),
      },
      body,
      signal: AbortSignal.any([sending.signal, AbortSignal.timeout(sending.timeoutMs)]),
    });
    status = response.statusCode;
    retryAfter = response.headers["retry-after"];
    // What the answer says is nobody's business; a long one is cut off.
    await response.body.dump({ limit: 65_536 }).catch(() => {});
  } catch (error) {
    throw new NotTaken(inWords(error), true);
  }
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400)
    throw new NotTaken(`the server answers ${status}, and redirects are not followed`, false);
  const busy = status === 429 || status >= 500;
  const asked = Number(retryAfter);
  const mayWait = retryAfter === undefined || !Number.isFinite(asked) || asked <= WAIT_MAX_S;
  throw new NotTaken(
    `the server answers ${status}`,
    busy && mayWait,
    retryAfter !== undefined && Number.isFinite(asked) && asked >= 0 ? asked : undefined,
  );
}

/** A name and password in the address go where they belong. */
function authorization(address: string): { readonly authorization?: string } {
  const { username, password } = new URL(address);
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function withoutUser(address: string): URL {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url;
}

/** By the code alone: the message of such an error names hosts and addresses. */
function inWords(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (name === "TimeoutError" || code === "UND_ERR_CONNECT_TIMEOUT" || code === "UND_ERR_HEADERS_TIMEOUT")
    return "the server does not answer in time";
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nobody listens there",
    ENOTFOUND: "its host is not known",
    EAI_AGAIN: "its host could not be looked up",
    ECONNRESET: "the connection broke",
    UND_ERR_SOCKET: "the connection broke",
  };
  return words[String(code)] ?? "the server cannot be reached";
}
