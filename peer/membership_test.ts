import assert from "node:assert/strict";
import { communityToJoin } from "./membership.ts";

const chosen = { address: "chosen.home", key: "their secret" };
const given = { host: "given.home", port: 6969 };

Deno.test("the community given for this run comes before the one that was chosen", () => {
  assert.deepEqual(communityToJoin({ tracker: given }, { tracker: chosen }), { tracker: given });
  assert.deepEqual(communityToJoin({}, { tracker: chosen }), {
    tracker: { host: "chosen.home", port: 6969 },
    key: "their secret",
  });
  assert.equal(communityToJoin({}, {}), undefined);
});

Deno.test("a key given for this run opens either; a remembered one only the tracker that it was set with", () => {
  assert.equal(communityToJoin({ tracker: given, key: "ours" }, { tracker: chosen })?.key, "ours");
  assert.equal(communityToJoin({ key: "ours" }, { tracker: chosen })?.key, "ours");
  assert.equal(communityToJoin({ tracker: given }, { tracker: chosen })?.key, undefined);
});
