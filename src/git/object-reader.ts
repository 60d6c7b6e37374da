import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Bytes, Oid } from "../model/basics.ts";
import { GitError, kindOf } from "./git-error.ts";
import { couldNotStart, type GitContext, startGit } from "./git-process.ts";

interface GitObject {
  readonly oid: Oid;
  readonly type: string;
  readonly content: Buffer;
}

/** Reads objects through one long-lived `git cat-file --batch`, started at the first request. */
export interface ObjectReader {
  /** By id or by any revision that fits on a line (`HEAD`, `refs/heads/x^{tree}`); null where there is none. */
  find(revision: string): Promise<GitObject | null>;
  /** Contents in the order asked, duplicates included. A missing object is a GitError that names its id. */
  read(oids: Iterable<Oid>): AsyncIterable<{ readonly blob: Oid; readonly content: Buffer }>;
  close(): Promise<void>;
}

/** How many bytes one reader may hold that its consumer has not taken yet; the window of requests follows from it. */
const HELD_BYTES_MAX: Bytes = 16 * 1024 * 1024;
const WINDOW_MAX = 512;

export function objectReader(context: () => GitContext | null): ObjectReader {
  let conversation: Conversation | null = null;
  let closed = false;

  const ask = (revision: string): Promise<GitObject | null> => {
    if (closed) return Promise.reject(new Error("the repository is closed"));
    if (/[\n\0]/.test(revision)) return Promise.reject(new Error("a revision is one line"));
    if (conversation === null || conversation.ended) {
      const where = context();
      // No repository yet, so no object either.
      if (where === null) return Promise.resolve(null);
      conversation = converse(where);
    }
    return conversation.ask(revision);
  };

  return {
    find: ask,
    async *read(oids) {
      const waiting: { oid: Oid; answer: Promise<GitObject | null> }[] = [];
      let window = 8;
      let seen = 0;
      let bytes = 0;
      const source = oids[Symbol.iterator]();
      const fill = () => {
        while (waiting.length < window) {
          const next = source.next();
          if (next.done) return;
          const answer = ask(next.value);
          // An iteration that is given up must not leave an unhandled rejection behind.
          answer.catch(() => {});
          waiting.push({ oid: next.value, answer });
        }
      };
      for (;;) {
        if (waiting.length <= window / 2) fill();
        const first = waiting.shift();
        if (first === undefined) return;
        const object = await first.answer;
        if (object === null) throw new GitError("object-missing", `the object ${first.oid} is missing`);
        seen += 1;
        bytes += object.content.length;
        window = Math.max(2, Math.min(WINDOW_MAX, window * 2, Math.floor(HELD_BYTES_MAX / Math.max(1, bytes / seen))));
        yield { blob: first.oid, content: object.content };
      }
    },
    async close() {
      closed = true;
      await conversation?.end();
    },
  };
}

interface Conversation {
  readonly ended: boolean;
  ask(revision: string): Promise<GitObject | null>;
  end(): Promise<void>;
}

interface Question {
  readonly revision: string;
  resolve(object: GitObject | null): void;
  reject(error: unknown): void;
}

function converse(context: GitContext): Conversation {
  const child = startGit(context, ["cat-file", "--batch"]);
  const questions: Question[] = [];
  const parser = answerParser();
  let said = "";
  let ended = false;

  const fail = (error: unknown) => {
    ended = true;
    for (const question of questions.splice(0)) question.reject(error);
  };
  const closed = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      fail(couldNotStart(error));
      resolve();
    });
    child.on("close", () => {
      fail(new GitError(kindOf(said), "git cat-file ended before it had answered", said));
      resolve();
    });
  });
  child.stdin.on("error", () => {});
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-4_000);
  });
  child.stdout.on("data", (chunk: Buffer) => {
    for (const answer of parser(chunk)) questions.shift()?.resolve(answer);
    if (questions.length === 0) rest(child);
  });
  rest(child);

  return {
    get ended() {
      return ended;
    },
    ask: (revision) =>
      new Promise((resolve, reject) => {
        if (questions.length === 0) wake(child);
        questions.push({ revision, resolve, reject });
        child.stdin.write(`${revision}\n`);
      }),
    async end() {
      wake(child);
      child.stdin.end();
      await closed;
    },
  };
}

/** An idle reader must not keep a process alive that has nothing else to do. */
function rest(child: ChildProcessWithoutNullStreams): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as { unref?(): void }).unref?.();
}

function wake(child: ChildProcessWithoutNullStreams): void {
  child.ref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as { ref?(): void }).ref?.();
}

/** `<oid> <type> <size>\n<content>\n`, or `<what was asked> missing\n` (also `ambiguous`). Source: git-cat-file(1). */
function answerParser(): (chunk: Buffer) => (GitObject | null)[] {
  let pieces: Buffer[] = [];
  let held = 0;
  let wanted = 0;
  return (chunk) => {
    pieces.push(chunk);
    held += chunk.length;
    // Joining only when an answer can be complete keeps a large object linear.
    if (held < wanted) return [];
    let buffer = pieces.length === 1 ? chunk : Buffer.concat(pieces);
    const answers: (GitObject | null)[] = [];
    wanted = 0;
    for (;;) {
      const end = buffer.indexOf(0x0a);
      if (end < 0) break;
      const header = buffer.toString("utf8", 0, end);
      const match = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(header);
      if (match === null) {
        answers.push(null);
        buffer = buffer.subarray(end + 1);
        continue;
      }
      const from = end + 1;
      const to = from + Number(match[3]);
      if (buffer.length < to + 1) {
        wanted = to + 1;
        break;
      }
      answers.push({ oid: match[1] as string, type: match[2] as string, content: buffer.subarray(from, to) });
      buffer = buffer.subarray(to + 1);
    }
    pieces = buffer.length === 0 ? [] : [buffer];
    held = buffer.length;
    return answers;
  };
}
