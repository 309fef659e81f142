import assert from "node:assert/strict";
import { parseInfoHash } from "../shared/ids.ts";
import { Presence } from "./presence.ts";

/** A presence, and what the outside is told of it. */
function bench(initially: { readonly isPrivate: boolean | undefined }) {
  const said: string[] = [];
  const say = (text: string) => () => void said.push(text);
  const torrent: { isPrivate: boolean | undefined } = { ...initially };
  const trackers = () => torrent.isPrivate === true ? [["udp://own:1"]] : [["udp://community:1"], ["udp://own:1"]];
  const presence = new Presence({
    infoHash: parseInfoHash("a".repeat(40)),
    engine: {
      announcer: {
        add: (_infoHash, { trackers, announceTo }) =>
          void said.push(`announce to ${trackers.flat().join(" and ")}${announceTo === "first-tier" ? " alone" : ""}`),
        remove: say("leave"),
        completed: say("completed"),
        announceSoon: say("announce soon"),
      },
      discovery: { add: say("discover"), remove: say("hide") },
    },
    trackers,
    isPrivate: () => torrent.isPrivate,
    state: () => ({ uploaded: 0, downloaded: 0, left: 0 }),
    onPeers: () => {},
    onTrackerSwitched: () => {},
  });
  return { presence, said, torrent };
}

Deno.test("presence: a public torrent is announced and discovered, once, until it leaves", () => {
  const { presence, said } = bench({ isPrivate: false });
  presence.wantPeers();
  presence.leave();
  assert.deepEqual(said, []);
  presence.join();
  presence.join();
  presence.noteMetadata();
  presence.wantPeers();
  presence.complete();
  presence.leave();
  presence.leave();
  const announce = "announce to udp://community:1 and udp://own:1";
  assert.deepEqual(said, [announce, "discover", "announce soon", "completed", "leave", "hide"]);
});

Deno.test("presence: a private torrent is known to one of its own trackers at a time (BEP 27)", () => {
  const { presence, said } = bench({ isPrivate: true });
  presence.join();
  assert.deepEqual(said, ["announce to udp://own:1 alone"]);
});

Deno.test("presence: a magnet whose metadata turn out private is hidden at once, from the community's tracker too", () => {
  const { presence, said, torrent } = bench({ isPrivate: undefined });
  presence.join();
  torrent.isPrivate = true;
  presence.noteMetadata();
  assert.deepEqual(said, [
    "announce to udp://community:1 and udp://own:1",
    "discover",
    "hide",
    "leave",
    "announce to udp://own:1 alone",
  ]);
});
