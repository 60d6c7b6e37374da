import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Router } from "express";
import { Problem } from "./problem.js";

const derive = promisify(scrypt);
const SESSION_MS = 60 * 60 * 1000;
const MOST = 10_000;

/** Accounts and sessions in memory: passwords as scrypt hashes, bearer tokens that end after an hour. */
export function authentication() {
  const accounts = new Map();
  const sessions = new Map();
  const router = Router();

  const guard = (request, response, next) => {
    const token = /^Bearer ([\w-]+)$/.exec(request.get("authorization") ?? "")?.[1];
    const session = sessions.get(token);
    if (!session || session.until < Date.now()) {
      sessions.delete(token);
      response.set("www-authenticate", "Bearer");
      throw new Problem(401, "a valid bearer token is needed");
    }
    request.session = { ...session, token };
    next();
  };

  router.post("/register", async (request, response) => {
    const { username, password } = credentials(request.body);
    if (accounts.size >= MOST) throw new Problem(507, "there is no room for another account");
    const salt = randomBytes(16);
    const hash = await derive(password, salt, 32);
    if (accounts.has(username)) throw new Problem(409, "this name is taken");
    accounts.set(username, { salt, hash });
    response.status(201).json({ username });
  });
  router.post("/login", async (request, response) => {
    const { username, password } = credentials(request.body);
    // An unknown name takes as long as a wrong password, so that nobody learns which names there are.
    const account = accounts.get(username) ?? { salt: Buffer.alloc(16), hash: Buffer.alloc(32) };
    const hash = await derive(password, account.salt, 32);
    if (!timingSafeEqual(hash, account.hash)) throw new Problem(401, "name or password is wrong");
    const token = randomBytes(32).toString("base64url");
    if (sessions.size >= MOST) sessions.delete(sessions.keys().next().value);
    sessions.set(token, { username, until: Date.now() + SESSION_MS });
    response.json({ token, token_type: "Bearer", expires_in: SESSION_MS / 1000 });
  });
  router.get("/me", guard, (request, response) => response.json({ username: request.session.username }));
  router.post("/logout", guard, (request, response) => {
    sessions.delete(request.session.token);
    response.status(204).end();
  });
  return { router, guard };
}

function credentials(body) {
  const { username, password } = body ?? {};
  const errors = {};
  if (typeof username !== "string" || username.length < 1 || username.length > 100)
    errors.username = "is required: a text of 1 to 100 characters";
  if (typeof password !== "string" || password.length < 8 || password.length > 200)
    errors.password = "is required: a text of 8 to 200 characters";
  if (Object.keys(errors).length > 0) throw new Problem(400, "some fields are not valid", errors);
  return { username, password };
}
