import assert from "node:assert/strict";
import type { ShareView } from "../shared/dashboard_views.ts";
import { Difference, ListDifference, ShareDifference } from "./differences.ts";

Deno.test("a view is told when it says something else, not when it is another object", () => {
  const difference = new Difference<{ readonly a: number; readonly b?: readonly number[] }>();
  assert.ok(difference.isNew({ a: 1 }));
  assert.ok(!difference.isNew({ a: 1 }));
  assert.ok(difference.isNew({ a: 1, b: [1] }));
  assert.ok(!difference.isNew({ b: [1], a: 1 }));
  assert.ok(difference.isNew({ a: 1, b: [1, 2] }));
  assert.ok(difference.isNew({ a: 1 }));
});

Deno.test("of a list what changed and what went is told", () => {
  const difference = new ListDifference<{ readonly key: string; readonly value: number }>(({ key }) => key);
  assert.deepEqual(difference.next([{ key: "a", value: 1 }, { key: "b", value: 2 }]), {
    changed: [{ key: "a", value: 1 }, { key: "b", value: 2 }],
    removed: [],
  });
  assert.deepEqual(difference.next([{ key: "b", value: 2 }, { key: "c", value: 3 }]), {
    changed: [{ key: "c", value: 3 }],
    removed: ["a"],
  });
  assert.deepEqual(difference.next([{ key: "b", value: 2 }, { key: "c", value: 3 }]), { changed: [], removed: [] });
});

Deno.test("of a folder with many files only those that changed are told", () => {
  const file = (infoHash: string, uploadedBytes = 0) =>
    ({ infoHash, name: `${infoHash}.mp4`, sizeBytes: 1, kind: "video", uploadedBytes }) as const;
  const share = (files: ShareView["files"]): ShareView => ({
    id: 1,
    path: "/media",
    fileCount: files.length,
    sizeBytes: files.length,
    files,
  });
  const difference = new ShareDifference();
  assert.equal(difference.next([share([file("a"), file("b")])])?.changed[0]?.files.length, 2);
  assert.equal(difference.next([share([file("a"), file("b")])]), undefined);
  const change = difference.next([share([file("b", 7), file("c")])]);
  assert.deepEqual(change?.changed[0]?.files, [file("b", 7), file("c")]);
  assert.deepEqual(change?.changed[0]?.removedFiles, ["a"]);
  assert.deepEqual(difference.next([]), { changed: [], removed: [1] });
  assert.equal(difference.next([share([file("b")])])?.changed[0]?.files.length, 1, "one that comes back is told whole");
});
