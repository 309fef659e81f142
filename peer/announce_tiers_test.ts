import assert from "node:assert/strict";
import { announceTiers } from "./announce_tiers.ts";

const ofCommunity = [["udp://home:6969/announce", "http://home:6969/announce"]];
const own = [["udp://home:6969/announce"], ["http://home:6969/announce", "udp://far:80/announce"]];

Deno.test("the community's trackers come first, and none comes twice", () => {
  assert.deepEqual(announceTiers({ ofCommunity, own, isPrivate: false }), [...ofCommunity, ["udp://far:80/announce"]]);
});

Deno.test("a private torrent keeps to its own trackers", () => {
  assert.deepEqual(announceTiers({ ofCommunity, own, isPrivate: true }), own);
});
