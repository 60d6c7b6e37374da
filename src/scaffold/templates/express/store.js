import { randomUUID } from "node:crypto";

/** More would fill the memory of a service that anybody may write to. */
const MOST_ITEMS = 10_000;

/** One resource's items in memory, by id, in the order they came. */
export function createStore(limit = MOST_ITEMS) {
  const items = new Map();
  return {
    list: ({ limit: count, offset }) => [...items.values()].slice(offset, offset + count),
    count: () => items.size,
    get: (id) => items.get(id),
    isFull: () => items.size >= limit,
    create(fields) {
      const now = new Date().toISOString();
      const item = { ...fields, id: randomUUID(), created_at: now, updated_at: now };
      items.set(item.id, item);
      return item;
    },
    replace(id, fields) {
      const item = { ...fields, id, created_at: items.get(id).created_at, updated_at: new Date().toISOString() };
      items.set(id, item);
      return item;
    },
    remove: (id) => items.delete(id),
  };
}
