import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ShareView } from "../../shared/dashboard_views.ts";
import { applyChange, applyShareChange } from "./keyed_changes.ts";

Deno.test("a list keeps what did not change, in its order", () => {
  const keyOf = ({ key }: { key: string }) => key;
  const a = { key: "a" };
  const known = new Map([["a", a], ["b", { key: "b" }]]);
  strictEqual(applyChange(known, { changed: [], removed: [], keyOf }), known);
  const next = applyChange(known, { changed: [{ key: "c" }], removed: ["b"], keyOf });
  deepStrictEqual([...next.keys()], ["a", "c"]);
  strictEqual(next.get("a"), a);
  const back = applyChange(known, { changed: [{ key: "a" }], removed: ["a"], keyOf });
  deepStrictEqual([...back.keys()], ["b", "a"], "removed and added at once is here");
});

Deno.test("a folder's files come and go one by one", () => {
  const file = (infoHash: string, uploadedBytes = 0) =>
    ({ infoHash, name: infoHash, sizeBytes: 1, kind: "audio", uploadedBytes }) as const;
  const head = { id: 1, path: "/music", fileCount: 2, sizeBytes: 2 };
  const first = applyShareChange([], {
    changed: [{ ...head, files: [file("a"), file("b")], removedFiles: [] }],
    removed: [],
  });
  deepStrictEqual(first, [{ ...head, files: [file("a"), file("b")] }] satisfies ShareView[]);
  strictEqual(applyShareChange(first, undefined), first);
  const second = applyShareChange(first, {
    changed: [{ ...head, files: [file("b", 5), file("c")], removedFiles: ["a"] }],
    removed: [],
  });
  deepStrictEqual(second[0]?.files, [file("b", 5), file("c")]);
  deepStrictEqual(applyShareChange(second, { changed: [], removed: [1] }), []);
});
