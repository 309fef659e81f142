/**
 * What is known of the inside of a media file, and what a player is told before it plays: the JSON shapes of the media
 * routes. Plain data, no behaviour.
 *
 * @module
 */

/** What the tags of a file say. All absent where nothing is known. */
export interface MediaTags {
  readonly title?: string;
  readonly artist?: string;
  /** Whose album it is, where its songs are by several. */
  readonly albumArtist?: string;
  readonly album?: string;
  readonly trackNumber?: number;
  readonly discNumber?: number;
  readonly year?: number;
}

/** One track of pictures or sound. */
export interface MediaTrack {
  /** Its number in the container, by which it is asked for. */
  readonly number: number;
  readonly type: "video" | "audio";
  /** The codec's name for people: `"H.264"`, `"AC-3"`. */
  readonly codec: string;
  /** The codec for `canPlayType`, as RFC 6381 writes it: `"avc1.64001f"`; absent when no browser has a word for it. */
  readonly codecString?: string;
  /** The language by ISO 639; absent when it is not said. */
  readonly language?: string;
  /** What the track is called. */
  readonly name?: string;
  readonly channelCount?: number;
  readonly width?: number;
  readonly height?: number;
}

/** What a file holds. */
export interface MediaFacts extends MediaTags {
  /** Absent when the container does not say it where it was looked for. */
  readonly durationSeconds?: number;
  /** The container's name for people: `"Matroska"`; absent when it is none that we can read. */
  readonly container?: string;
  readonly tracks?: readonly MediaTrack[];
}

/** A text that can be shown with a video. */
export interface SubtitleView {
  /** Where it is, as WebVTT. */
  readonly url: string;
  /** What it is called in the menu. */
  readonly label: string;
  /** The language by ISO 639, when its name says it. */
  readonly language?: string;
}

/** All that a player asks for before it plays. */
export interface MediaDescription extends MediaFacts {
  /** The file's own media type. */
  readonly contentType: string;
  /** Where the picture is, if there is one. */
  readonly picture?: string;
  readonly subtitles: readonly SubtitleView[];
  /** The container that {@link remuxUrl} gives; absent when we cannot take this file apart. */
  readonly remuxType?: "video/mp4" | "video/webm";
}

/** One song of the collection: what a queue keeps of it. */
export interface SongView extends MediaTags {
  readonly infoHash: string;
  readonly index: number;
  readonly name: string;
  readonly durationSeconds?: number;
  readonly picture?: string;
}
