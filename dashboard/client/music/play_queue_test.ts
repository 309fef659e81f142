import assert from "node:assert/strict";
import type { SongView } from "../../../shared/media_description.ts";
import {
  currentSong,
  emptyQueue,
  MAX_QUEUE_LENGTH,
  nextInQueue,
  nextRepeat,
  previousInQueue,
  shuffleQueue,
  startQueue,
  unshuffleQueue,
  withoutSong,
} from "./play_queue.ts";

const song = (number: number): SongView => ({ infoHash: String(number), index: 0, name: `${number}.mp3` });
const songs = [0, 1, 2, 3, 4].map(song);
const random = () => 0.3;
const queue = startQueue(emptyQueue, { songs, first: 1, random });
const asked = { isAsked: true };
const ended = { isAsked: false };

Deno.test("songs follow each other to the end, and back", () => {
  assert.equal(currentSong(queue)?.name, "1.mp3");
  assert.equal(nextInQueue(queue, ended)?.position, 2);
  assert.equal(previousInQueue(queue).position, 0);
  assert.equal(previousInQueue({ ...queue, position: 0 }).position, 0);
  const last = { ...queue, position: 4 };
  assert.equal(nextInQueue(last, ended), undefined);
  assert.equal(nextInQueue(emptyQueue, ended), undefined);
});

Deno.test("all or one is repeated; who asks for the next gets it", () => {
  const last = { ...queue, position: 4 };
  assert.equal(nextInQueue({ ...last, repeat: "all" }, ended)?.position, 0);
  assert.equal(nextInQueue({ ...last, repeat: "one" }, ended)?.position, 4);
  assert.equal(nextInQueue({ ...last, repeat: "one" }, asked)?.position, 0);
  assert.equal(previousInQueue({ ...queue, position: 0, repeat: "all" }).position, 4);
  assert.deepEqual([nextRepeat("off"), nextRepeat("all"), nextRepeat("one")], ["all", "one", "off"]);
});

Deno.test("shuffled, the song that plays comes first and every other once; and back", () => {
  const shuffled = shuffleQueue(queue, random);
  assert.equal(currentSong(shuffled), songs[1]);
  assert.deepEqual(new Set(shuffled.songs), new Set(songs));
  assert.notDeepEqual(shuffled.songs, songs);
  const later = { ...shuffled, position: 3 };
  const back = unshuffleQueue(later);
  assert.deepEqual(back.songs, songs);
  assert.equal(currentSong(back), currentSong(later));
  const other = startQueue(shuffled, { songs: songs.slice(2), first: 0, random });
  assert.notEqual(other.unshuffled, undefined);
  assert.equal(currentSong(other), songs[2]);
});

Deno.test("a song is taken out, but not the one that plays", () => {
  assert.equal(withoutSong(queue, 1), queue);
  assert.deepEqual(withoutSong(queue, 0), { ...queue, songs: songs.slice(1), position: 0 });
  assert.equal(withoutSong(queue, 3).position, 1);
});

Deno.test("a queue has an end", () => {
  const many = Array.from({ length: 2000 }, (_, number) => song(number));
  const started = startQueue(emptyQueue, { songs: many, first: 1900, random });
  assert.equal(started.songs.length, MAX_QUEUE_LENGTH);
  assert.equal(currentSong(started), many[1900]);
});
