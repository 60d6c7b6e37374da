import { Router } from "express";
import { Problem } from "./problem.js";
import { createStore } from "./store.js";

/** A REST resource: list, get, create, replace, change, delete. `guard` stands before whatever changes something. */
export function resource({ store = createStore(), guard = (_request, _response, next) => next() } = {}) {
  const router = Router({ mergeParams: true });
  const found = (request) => {
    const item = store.get(request.params.id);
    if (!item) throw new Problem(404, "there is no such item");
    return item;
  };
  router
    .route("/")
    .get((request, response) => {
      const limit = wholeNumber(request.query.limit, { name: "limit", least: 1, most: 100, otherwise: 20 });
      const offset = wholeNumber(request.query.offset, { name: "offset", least: 0, most: 1_000_000, otherwise: 0 });
      response.json({ items: store.list({ limit, offset }), total: store.count(), limit, offset });
    })
    .post(guard, (request, response) => {
      const fields = validFields(request.body);
      if (store.isFull()) throw new Problem(507, "there is no room for another item");
      const item = store.create(fields);
      response.status(201).location(`${request.baseUrl}/${item.id}`).json(item);
    })
    .all(notAllowed("GET, HEAD, POST"));
  router
    .route("/:id")
    .get((request, response) => response.json(found(request)))
    .put(guard, (request, response) => {
      const { id } = found(request);
      response.json(store.replace(id, validFields(request.body)));
    })
    .patch(guard, (request, response) => {
      const { id, created_at: _created, updated_at: _updated, ...fields } = found(request);
      response.json(store.replace(id, validFields({ ...fields, ...objectOf(request.body) })));
    })
    .delete(guard, (request, response) => {
      store.remove(found(request).id);
      response.status(204).end();
    })
    .all(notAllowed("GET, HEAD, PUT, PATCH, DELETE"));
  return router;
}

const RESERVED = ["id", "created_at", "updated_at", "__proto__", "constructor", "prototype"];

function objectOf(body) {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Problem(400, "a JSON object is expected, with content-type application/json");
  return body;
}

/** An item has a name; whatever else it has is text, numbers, booleans, null or lists of these. */
function validFields(body) {
  const errors = {};
  const fields = objectOf(body);
  if (typeof fields.name !== "string" || fields.name.trim() === "" || fields.name.length > 200)
    errors.name = "is required: a text of 1 to 200 characters";
  for (const [key, value] of Object.entries(fields)) {
    if (RESERVED.includes(key)) errors[`${key}`] = "is not yours to set";
    else if (![value].flat().every((part) => part === null || typeof part !== "object"))
      errors[key] = "must be a text, a number, true, false, null, or a list of these";
  }
  if (Object.keys(fields).length > 50) errors.name = "has more than 50 fields beside it";
  if (Object.keys(errors).length > 0 || Object.hasOwn(fields, "__proto__"))
    throw new Problem(400, "some fields are not valid", errors);
  return { ...fields };
}

function wholeNumber(text, { name, least, most, otherwise }) {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Problem(400, "some parameters are not valid", { [name]: `must be a whole number from ${least} to ${most}` });
}

function notAllowed(allowed) {
  return (_request, response) => {
    response.set("allow", allowed);
    throw new Problem(405, `only ${allowed} can be done here`);
  };
}
