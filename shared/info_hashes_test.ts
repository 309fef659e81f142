import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { truncateInfoHash } from "./ids.ts";
import { infoHashesOf } from "./info_hashes.ts";
import { decodeInfo } from "./metainfo.ts";
import { createMetainfo } from "./metainfo_create.ts";

Deno.test("a hybrid is met under v1, truncated v2, and what aria2 1.36 makes of it (as `aria2c -S` prints)", () => {
  const bytes = new TextEncoder().encode("hello");
  const { info } = createMetainfo("a.mp4", {
    length: bytes.length,
    pieceLength: 524_288,
    pieceHashes: createHash("sha1").update(bytes).digest(),
    leaves: createHash("sha256").update(bytes).digest(),
  });
  assert.ok(info.infoHashV2);
  assert.deepEqual(infoHashesOf(info), [
    "e2adb91fbeb8a1adb59e7e57754cdad8871d4a31",
    truncateInfoHash(info.infoHashV2),
    "b5046948c4f6a1c47e48077e93fcb3291a8c4d00",
  ]);
});

Deno.test("a v1 torrent has one info-hash for everybody", () => {
  const text = `d6:lengthi1e4:name1:a12:piece lengthi16384e6:pieces20:${"x".repeat(20)}e`;
  const info = decodeInfo(new TextEncoder().encode(text));
  assert.deepEqual(infoHashesOf(info), [info.infoHash]);
});
