import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import type { PeerMode } from "../../shared/media_kind.ts";
import { forgetOtherKind } from "./other_kind.ts";

Deno.test("rows are forgotten when the mode is another, not when it becomes known or stays", () => {
  const status = signal<{ readonly mode?: PeerMode } | undefined>(undefined);
  let count = 0;
  forgetOtherKind({ status }, { forget: () => void count++ });
  status.value = {};
  assert.equal(count, 0);
  status.value = { mode: "video" };
  assert.equal(count, 1);
  status.value = { mode: "video" };
  assert.equal(count, 1);
  status.value = { mode: "audio" };
  assert.equal(count, 2);
});
