import assert from "node:assert/strict";
import { Remembered } from "../player/remembered.ts";
import { emptyQueue } from "./play_queue.ts";
import { rememberedMusic } from "./remembered_music.ts";

const withValue = (value: unknown) =>
  new Remembered({ getItem: () => JSON.stringify(value), setItem: () => {}, removeItem: () => {} });
const song = { infoHash: "a".repeat(40), index: 0, name: "a.mp3", title: "A" };

Deno.test("what was heard last comes back", () => {
  const queue = { songs: [song], position: 0, repeat: "all", unshuffled: [song] };
  assert.deepEqual(rememberedMusic(withValue({ queue, seconds: 7, wasPlaying: true })), {
    queue,
    seconds: 7,
    wasPlaying: true,
  });
});

Deno.test("what is of another shape is nothing", () => {
  const nothing = { queue: emptyQueue, seconds: 0, wasPlaying: false };
  for (
    const value of [
      null,
      7,
      {},
      { queue: 1 },
      { queue: { songs: [song], position: 3 } },
      { queue: { songs: [{ ...song, infoHash: "../x" }], position: 0 } },
    ]
  ) {
    assert.deepEqual(rememberedMusic(withValue(value)), nothing);
  }
});
