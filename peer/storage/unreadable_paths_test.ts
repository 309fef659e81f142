import assert from "node:assert/strict";
import type { ShareEvent } from "./share_event.ts";
import { StorageError } from "./storage_error.ts";
import { UnreadablePaths } from "./unreadable_paths.ts";

Deno.test("a problem is told, and told of once when it is over", () => {
  const events: ShareEvent[] = [];
  const unreadable = new UnreadablePaths((event) => events.push(event));
  unreadable.add("/films/a", "Cannot read /films/a");
  unreadable.addFailure(new StorageError("denied", "Cannot read b", { path: "/films/b" }), { folder: "/films" });
  unreadable.addFailure(new StorageError("io", "Cannot read something"), { folder: "/films" });
  unreadable.addFailure(new StorageError("missing", "It is gone", { path: "/films/c" }), { folder: "/films" });
  assert.deepEqual([...unreadable.paths], ["/films/a", "/films/b", "/films"]);
  for (const path of ["/films/b", "/films/b", "/films/other"]) unreadable.delete(path);
  assert.deepEqual(events.map((event) => "path" in event ? [event.type, event.path] : []), [
    ["problem", "/films/a"],
    ["problem", "/films/b"],
    ["problem", "/films"],
    ["solved", "/films/b"],
  ]);
});
