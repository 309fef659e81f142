/**
 * One picture of a film, as it lies in it: the packet of the key frame at or before a moment, alone in a file of its own
 * that a browser shows. Nothing is decoded, nothing is waited for, and nothing is demanded.
 *
 * @module
 */
import {
  BufferTarget,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  type InputVideoTrack,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from "mediabunny";
import { openContainer } from "./container_input.ts";
import { HereReader } from "./here_reader.ts";
import type { VerifiedBytes } from "./verified_reader.ts";

/** A film of one frame. */
export interface KeyFrame {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly contentType: "video/mp4" | "video/webm";
}

/**
 * The most that is read for one: the index of a film of many hours has some MiB, and a search through a file without an
 * index is not worth more for a picture that somebody may look at for a moment.
 */
const MAX_READ_LENGTH: number = 24 * 1024 * 1024;

/** The largest key frame that is given: one of a film in 8K at a high bit rate has about that. */
const MAX_FRAME_LENGTH: number = 4 * 1024 * 1024;

/** What the frame lasts in its own file: any time will do, for it stands still. */
const FRAME_SECONDS = 1;

/**
 * Finds the frame.
 *
 * @param source The film.
 * @param seconds The moment, from its beginning.
 * @returns undefined when its bytes are not all here, or the film is none that we can take apart
 * @throws whatever reading bytes that are here throws
 */
export async function keyFrameAt(
  source: Pick<VerifiedBytes, "length" | "availableFrom" | "readInto">,
  seconds: number,
): Promise<KeyFrame | undefined> {
  try {
    using input = openContainer(new HereReader(source, { maxLength: MAX_READ_LENGTH }));
    if (!await input.canRead()) return undefined;
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return undefined;
    const sink = new EncodedPacketSink(track);
    const packet = await sink.getKeyPacket(seconds) ?? await sink.getFirstKeyPacket();
    return packet === null || packet.byteLength > MAX_FRAME_LENGTH ? undefined : await fileOf(track, packet);
  } catch (error) {
    // Not here, or damaged, at which the library throws errors of many kinds; only that the disk fails is told on.
    if (!(error instanceof Error) || error.name === "StorageError") throw error;
    return undefined;
  }
}

async function fileOf(track: InputVideoTrack, packet: EncodedPacket): Promise<KeyFrame | undefined> {
  const codec = await track.getCodec();
  const decoderConfig = await track.getDecoderConfig();
  if (codec === null || decoderConfig === null) return undefined;
  const isWebm = codec === "vp8" || codec === "vp9";
  const target = new BufferTarget();
  const output = new Output({
    format: isWebm ? new WebMOutputFormat() : new Mp4OutputFormat({ fastStart: "in-memory" }),
    target,
  });
  const frames = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(frames, { rotation: track.rotation });
  await output.start();
  await frames.add(new EncodedPacket(packet.data, "key", 0, FRAME_SECONDS), { decoderConfig });
  await output.finalize();
  if (target.buffer === null) return undefined;
  return { content: new Uint8Array(target.buffer), contentType: isWebm ? "video/webm" : "video/mp4" };
}
