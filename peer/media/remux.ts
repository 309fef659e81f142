/**
 * Puts a film into another container while it is read: the packets of one track of pictures and one of sound, as they
 * are, from Matroska or a transport stream into fragmented MP4 (or WebM) that every browser takes by Media Source
 * Extensions. Nothing is decoded, and time stays the film's own time: what begins in the middle says so.
 *
 * @module
 */
import {
  AppendOnlyStreamTarget,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  type Input,
  type InputAudioTrack,
  type InputVideoTrack,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from "mediabunny";
import { assertNever } from "../../shared/assert_never.ts";
import { openContainer } from "./container_input.ts";
import type { RemuxType } from "./remux_type.ts";
import { READ_AHEAD_LENGTH, type VerifiedBytes } from "./verified_reader.ts";
import { WaitingReader } from "./waiting_reader.ts";

/** How long a fragment is at least: short, for the first one decides when a seek plays. */
const FRAGMENT_SECONDS = 0.5;

/** What of a film is wanted, and how. */
export interface RemuxOptions {
  /** Where to begin, at the key frame at or before this. */
  readonly fromSeconds: number;
  /** Which track of sound: its number, from 1. One that is not there is answered by none. */
  readonly audioTrack: number;
  readonly type: RemuxType;
  /** Ends the work before {@link remux} has given a stream; later the stream is cancelled. */
  readonly signal: AbortSignal;
  /** Called once when all is over. */
  readonly onEnd?: () => void;
}

/**
 * Opens a film and gives it from there on.
 *
 * @param source The file; whoever gives it keeps it open until the stream is over.
 * @param options What is wanted.
 * @returns A stream of fresh buffers, made as fast as they are read; undefined when the file is none that we take apart
 * or has no such track. It fails with what makes its bytes never come.
 * @throws the signal's reason, and whatever the bytes throw
 */
export async function remux(
  source: VerifiedBytes,
  options: RemuxOptions,
): Promise<ReadableStream<Uint8Array> | undefined> {
  await using scope = new AsyncDisposableStack();
  scope.defer(() => options.onEnd?.());
  const leaving = new AbortController();
  const signal = AbortSignal.any([options.signal, leaving.signal]);
  const reader = scope.use(new WaitingReader(source, { signal, readAheadLength: READ_AHEAD_LENGTH }));
  const input = scope.use(openContainer(reader));
  const tracks = await chooseTracks(input, options);
  if (tracks === undefined) return undefined;
  const work = scope.move();
  return streamOf(async (writable) => {
    await using _work = work;
    await copyPackets(tracks, { writable, type: options.type });
  }, leaving);
}

/** A stream of what a producer writes, at the reader's pace. Cancelling it aborts `leaving`. */
function streamOf(
  produce: (writable: WritableStream<Uint8Array>) => Promise<void>,
  leaving: AbortController,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
    undefined,
    { highWaterMark: 1 },
    { highWaterMark: 0 },
  );
  const reader = readable.getReader();
  let producing: Promise<void> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // The producer's failure reaches the consumer here, as that of its stream.
      producing ??= produce(writable).catch(async (error) => {
        if (!leaving.signal.aborted) controller.error(error);
        await reader.cancel(error);
      });
      const { done, value } = await reader.read();
      if (leaving.signal.aborted) return;
      if (!done) return controller.enqueue(value);
      await producing;
      try {
        controller.close();
      } catch (error) {
        // It was failed a moment ago by the producer.
        if (!(error instanceof TypeError)) throw error;
      }
    },
    async cancel(reason) {
      leaving.abort(reason);
      await reader.cancel(reason);
      // Whatever the producer ends with now, it ends because nobody reads any more, and there is nobody to tell.
      await Promise.allSettled([producing ??= produce(writable)]);
    },
  }, { highWaterMark: 0 });
}

/** One track on its way: where it is read and where it is written. */
interface TrackCopy {
  readonly packets: AsyncGenerator<EncodedPacket, void, unknown>;
  readonly addTo: (output: Output) => (packet: EncodedPacket) => Promise<void>;
}

async function chooseTracks(input: Input, options: RemuxOptions): Promise<readonly TrackCopy[] | undefined> {
  if (!await input.canRead()) return undefined;
  const video = await input.getPrimaryVideoTrack();
  const audio = (await input.getAudioTracks()).find((track) => track.number === options.audioTrack);
  const first = video === null ? undefined : await firstVideoPacket(video, options.fromSeconds);
  const copies: TrackCopy[] = [];
  if (video !== null && first !== undefined) copies.push(await videoCopy(video, first));
  // Sound often begins a little before the first picture.
  const from = Math.min(first?.timestamp ?? Infinity, options.fromSeconds);
  if (audio !== undefined) copies.push(...await audioCopy(audio, from));
  return copies.length === 0 ? undefined : copies;
}

async function firstVideoPacket(track: InputVideoTrack, fromSeconds: number): Promise<EncodedPacket | undefined> {
  const sink = new EncodedPacketSink(track);
  return await sink.getKeyPacket(fromSeconds) ?? await sink.getFirstKeyPacket() ?? undefined;
}

async function videoCopy(track: InputVideoTrack, first: EncodedPacket): Promise<TrackCopy> {
  const codec = await track.getCodec();
  const decoderConfig = await track.getDecoderConfig();
  return {
    packets: new EncodedPacketSink(track).packets(first),
    addTo: (output) => {
      if (codec === null || decoderConfig === null) throw new TypeError("Cannot copy a track of an unknown codec");
      const source = new EncodedVideoPacketSource(codec);
      output.addVideoTrack(source, { rotation: track.rotation });
      return (packet) => source.add(packet, { decoderConfig });
    },
  };
}

async function audioCopy(track: InputAudioTrack, fromSeconds: number): Promise<readonly TrackCopy[]> {
  const codec = await track.getCodec();
  const decoderConfig = await track.getDecoderConfig();
  if (codec === null || decoderConfig === null) return [];
  const sink = new EncodedPacketSink(track);
  const first = await sink.getPacket(fromSeconds) ?? await sink.getFirstPacket();
  if (first === null) return [];
  return [{
    packets: sink.packets(first),
    addTo: (output) => {
      const source = new EncodedAudioPacketSource(codec);
      output.addAudioTrack(source);
      return (packet) => source.add(packet, { decoderConfig });
    },
  }];
}

/** Writes the packets of all tracks in the order of their time. */
async function copyPackets(
  tracks: readonly TrackCopy[],
  { writable, type }: { readonly writable: WritableStream<Uint8Array>; readonly type: RemuxType },
): Promise<void> {
  const output = new Output({ format: outputFormat(type), target: new AppendOnlyStreamTarget(writable) });
  try {
    const copies = tracks.map((track) => ({ ...track, add: track.addTo(output) }));
    await output.start();
    const waiting = await Promise.all(copies.map(async (copy) => ({ copy, next: await copy.packets.next() })));
    while (true) {
      let first: (typeof waiting)[number] | undefined;
      for (const track of waiting) {
        if (track.next.done) continue;
        if (first === undefined || timeOf(track.next) < timeOf(first.next)) first = track;
      }
      if (first === undefined || first.next.done) break;
      await first.copy.add(first.next.value);
      first.next = await first.copy.packets.next();
    }
    await output.finalize();
  } catch (error) {
    // Whatever it was: what the muxer holds is let go, and the stream fails with it.
    if (output.state !== "canceled" && output.state !== "finalized") await output.cancel();
    throw error;
  }
}

function timeOf(next: IteratorResult<EncodedPacket, void>): number {
  return next.done ? Infinity : next.value.timestamp;
}

function outputFormat(type: RemuxType): Mp4OutputFormat | WebMOutputFormat {
  switch (type) {
    case "video/mp4":
      return new Mp4OutputFormat({ fastStart: "fragmented", minimumFragmentDuration: FRAGMENT_SECONDS });
    case "video/webm":
      return new WebMOutputFormat({ appendOnly: true, minimumClusterDuration: FRAGMENT_SECONDS });
    default:
      return assertNever(type);
  }
}
