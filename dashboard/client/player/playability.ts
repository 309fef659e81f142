/**
 * How a file is played in this browser, decided before it plays: as it lies, in another container, or not at all and
 * why. Pure; what the browser says is asked by {@link askBrowser}.
 *
 * @module
 */
import type { MediaDescription, MediaTrack } from "../../../shared/media_description.ts";

/** What a browser says. */
export interface BrowserAnswers {
  /** Whether it plays a file of this type. */
  canPlay(contentType: string): boolean;
  /** Whether it takes this type piece by piece (Media Source Extensions). */
  canFeed(contentType: string): boolean;
  /** Whether it decodes this track. */
  canDecode(track: MediaTrack): boolean;
}

/** How to play. */
export type Plan =
  | { readonly type: "direct" }
  /** Fed with the file in another container. */
  | { readonly type: "remux"; readonly contentType: string; readonly audioTrack: number | undefined }
  /** Not at all, and why, as a sentence; `withoutSound` is the way to see it at least. */
  | { readonly type: "impossible"; readonly reason: string; readonly withoutSound?: Plan };

/** The words for containers in sentences, by the media type. */
const CONTAINER_NAMES: Readonly<Record<string, string>> = {
  "video/x-msvideo": "AVI",
  "video/x-ms-wmv": "Windows Media",
  "video/x-flv": "Flash Video",
  "video/mp2t": "MPEG transport stream",
  "video/mpeg": "MPEG program stream",
  "video/x-matroska": "Matroska",
  "video/quicktime": "QuickTime",
  "video/vnd.rn-realvideo": "RealVideo",
};

/**
 * Decides.
 *
 * @param description What the file holds.
 * @param options What the browser says, and which track of sound is wanted; default: the first that it decodes.
 */
export function choosePlan(
  description: MediaDescription,
  options: { readonly browser: BrowserAnswers; readonly audioTrack?: number | undefined },
): Plan {
  const { browser } = options;
  const { tracks = [], contentType } = description;
  const video = tracks.find((track) => track.type === "video");
  const sounds = tracks.filter((track) => track.type === "audio");
  if (video === undefined) return byTypeAlone(contentType, browser);
  if (!browser.canDecode(video)) {
    return { type: "impossible", reason: `Its pictures are ${video.codec}, which this browser cannot play.` };
  }
  const wanted = sounds.find((track) => track.number === options.audioTrack) ?? sounds.find(browser.canDecode);
  if (wanted === undefined && sounds[0] !== undefined) {
    const withoutSound = planFor(description, { browser, video, audio: undefined });
    const reason = `Its sound is ${sounds[0].codec}, which this browser cannot play.`;
    return withoutSound.type === "impossible" ? withoutSound : { type: "impossible", reason, withoutSound };
  }
  return planFor(description, { browser, video, audio: wanted });
}

/** The browser plays it as it lies if it knows the container; only that way it always has the first track of sound. */
function planFor(
  { contentType, remuxType }: MediaDescription,
  { browser, video, audio }: {
    readonly browser: BrowserAnswers;
    readonly video: MediaTrack;
    readonly audio: MediaTrack | undefined;
  },
): Plan {
  const codecs = [video, audio].flatMap((track) => track?.codecString ?? []).join(", ");
  const isFirst = audio === undefined || audio.number === 1;
  if (isFirst && browser.canPlay(`${contentType}; codecs="${codecs}"`)) return { type: "direct" };
  if (remuxType !== undefined && browser.canFeed(`${remuxType}; codecs="${codecs}"`)) {
    return { type: "remux", contentType: `${remuxType}; codecs="${codecs}"`, audioTrack: audio?.number };
  }
  return byTypeAlone(contentType, browser);
}

/** What we cannot look into is left to the browser, unless it says that it cannot. */
function byTypeAlone(contentType: string, browser: BrowserAnswers): Plan {
  if (browser.canPlay(contentType)) return { type: "direct" };
  const name = CONTAINER_NAMES[contentType] ?? contentType;
  return { type: "impossible", reason: `It is a file of the kind ${name}, which this browser cannot play.` };
}

/** What `MediaCapabilities` wants to know besides the codec: the frame rate and bit rate of an ordinary film. */
const USUAL = { framerate: 25, bitrate: 4_000_000, channels: "2", samplerate: 48_000 };

/**
 * Asks this browser about the tracks of a file.
 *
 * @param tracks Those that it holds.
 */
export async function askBrowser(tracks: readonly MediaTrack[]): Promise<BrowserAnswers> {
  const decodable = new Set<MediaTrack>();
  await Promise.all(tracks.map(async (track) => {
    if (await decodes(track)) decodable.add(track);
  }));
  const element = document.createElement("video");
  return {
    canPlay: (contentType) => element.canPlayType(contentType) !== "",
    canFeed: (contentType) => "MediaSource" in globalThis && MediaSource.isTypeSupported(contentType),
    canDecode: (track) => decodable.has(track),
  };
}

async function decodes(track: MediaTrack): Promise<boolean> {
  const { codecString } = track;
  if (codecString === undefined) return false;
  const element = document.createElement("video");
  // MediaCapabilities complains of types that it cannot even read: those are none anyway.
  const types = ["mp4", "webm"].map((container) => `${track.type}/${container}; codecs="${codecString}"`)
    .filter((type) => element.canPlayType(type) !== "");
  // Pages that were opened by a name or address other than localhost have no MediaCapabilities.
  if (!("mediaCapabilities" in navigator)) return types.length > 0;
  for (const type of types) {
    const { supported } = await navigator.mediaCapabilities.decodingInfo({
      type: "file",
      ...(track.type === "video"
        ? { video: { contentType: type, width: track.width ?? 1280, height: track.height ?? 720, ...USUAL } }
        : { audio: { contentType: type, ...USUAL } }),
    });
    if (supported) return true;
  }
  return false;
}
