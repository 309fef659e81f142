import assert from "node:assert/strict";
import type { MediaDescription, MediaTrack } from "../../../shared/media_description.ts";
import { type BrowserAnswers, choosePlan } from "./playability.ts";

const h264: MediaTrack = { number: 1, type: "video", codec: "H.264", codecString: "avc1.64001f" };
const hevc: MediaTrack = { number: 1, type: "video", codec: "H.265 (HEVC)", codecString: "hev1.1.6.L93" };
const mpeg2: MediaTrack = { number: 1, type: "video", codec: "MPEG-2" };
const aac: MediaTrack = { number: 1, type: "audio", codec: "AAC", codecString: "mp4a.40.2" };
const ac3: MediaTrack = { number: 1, type: "audio", codec: "AC-3 (Dolby Digital)", codecString: "ac-3" };

/** A browser that knows MP4, H.264 and AAC. */
const browser: BrowserAnswers = {
  canPlay: (type) => type === "video/mp4" || /^video\/mp4; codecs="avc1[^",]*(, mp4a[^",]*)?"$/.test(type),
  canFeed: (type) => /^video\/mp4; codecs="avc1[^",]*(, mp4a[^",]*)?"$/.test(type),
  canDecode: (track) => track.codecString === h264.codecString || track.codecString === aac.codecString,
};

const film = (contentType: string, tracks: readonly MediaTrack[], remuxed = true): MediaDescription => ({
  contentType,
  subtitles: [],
  tracks,
  ...(remuxed ? { remuxType: "video/mp4" } : {}),
});

Deno.test("what the browser takes as it lies is played so", () => {
  assert.deepEqual(choosePlan(film("video/mp4", [h264, aac], false), { browser }), { type: "direct" });
  assert.deepEqual(choosePlan(film("video/mp4", [], false), { browser }), { type: "direct" });
});

Deno.test("playable codecs in another container are put into one that it takes", () => {
  const contentType = 'video/mp4; codecs="avc1.64001f, mp4a.40.2"';
  assert.deepEqual(choosePlan(film("video/x-matroska", [h264, aac]), { browser }), {
    type: "remux",
    contentType,
    audioTrack: 1,
  });
});

Deno.test("the first track of sound that it decodes is taken, or the one that was chosen", () => {
  const second = { ...aac, number: 2 };
  const third = { ...aac, number: 3 };
  const audioTrackOf = (plan: ReturnType<typeof choosePlan>) => plan.type === "remux" ? plan.audioTrack : plan.type;
  assert.equal(audioTrackOf(choosePlan(film("video/mp4", [h264, ac3, second, third]), { browser })), 2);
  const chosen = choosePlan(film("video/mp4", [h264, aac, second, third]), { browser, audioTrack: 3 });
  assert.equal(audioTrackOf(chosen), 3);
  assert.equal(audioTrackOf(choosePlan(film("video/mp4", [h264, aac, second]), { browser, audioTrack: 1 })), "direct");
});

Deno.test("what it cannot play is said by the codec's name", () => {
  const reasonOf = (description: MediaDescription) => {
    const plan = choosePlan(description, { browser });
    return plan.type === "impossible" ? plan.reason : plan.type;
  };
  assert.match(reasonOf(film("video/x-matroska", [hevc, aac])), /H\.265 \(HEVC\)/);
  assert.match(reasonOf(film("video/x-matroska", [mpeg2, ac3])), /MPEG-2/);
  assert.match(reasonOf(film("video/x-msvideo", [], false)), /the kind AVI/);
  assert.match(reasonOf(film("video/x-matroska", [h264, aac], false)), /the kind Matroska/);
});

Deno.test("a film whose sound it cannot play may be seen without", () => {
  assert.deepEqual(choosePlan(film("video/mp4", [h264, ac3]), { browser }), {
    type: "impossible",
    reason: "Its sound is AC-3 (Dolby Digital), which this browser cannot play.",
    withoutSound: { type: "direct" },
  });
});
