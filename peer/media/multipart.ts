/**
 * Several ranges of a file as one `multipart/byteranges` body (RFC 9110, section 14.6), its length known beforehand.
 *
 * @module
 */
import type { ByteRange } from "./range.ts";
import { type VerifiedBytes, verifiedStream } from "./verified_reader.ts";

/** How a multipart body is made. */
export interface MultipartOptions {
  /** The Content-Type of every part. */
  readonly contentType: string;
  /** A text that the content does not hold: random, 1 to 70 characters of a token. */
  readonly boundary: string;
}

/** A prepared multipart body. */
export interface MultipartBody {
  /** Its length in bytes. */
  readonly length: number;
  /**
   * Opens it, once: the parts are read one after another, each with its own demand.
   *
   * @param options `onEnd`: called when the stream is over, however it ends.
   * @returns A stream with the promises of `verifiedStream`.
   */
  open(options: { readonly onEnd: () => void }): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Prepares the body for some ranges of a file; nothing is read yet.
 *
 * @param source The file.
 * @param ranges Windows inside the file, answered in this order.
 * @param options Type and boundary.
 */
export function multipartBody(
  source: VerifiedBytes,
  ranges: readonly ByteRange[],
  { contentType, boundary }: MultipartOptions,
): MultipartBody {
  const encoder = new TextEncoder();
  const parts = ranges.map((range, order) => ({
    range,
    head: encoder.encode(
      `${order === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Range: bytes ${range.start}-${range.end - 1}/${source.length}\r\n\r\n`,
    ),
  }));
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  return {
    length: parts.reduce((sum, { head, range }) => sum + head.length + range.end - range.start, tail.length),
    open: ({ onEnd }) =>
      concatenated(
        function* () {
          for (const { head, range } of parts) {
            yield head;
            yield verifiedStream(source, range);
          }
          yield tail;
        }(),
        onEnd ?? (() => {}),
      ),
  };
}

type Segment = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

/** One stream of all segments; each is made when its turn comes, so only one part states a demand at a time. */
function concatenated(segments: Iterator<Segment>, onEnd: () => void): ReadableStream<Uint8Array<ArrayBuffer>> {
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        while (true) {
          const read = await reader?.read();
          if (read?.done === false) return controller.enqueue(read.value);
          reader = undefined;
          const segment = segments.next();
          if (segment.done === true) {
            onEnd();
            return controller.close();
          }
          if (segment.value instanceof Uint8Array) return controller.enqueue(segment.value);
          reader = segment.value.getReader();
        }
      } catch (error) {
        // A part failed: so does the whole, whatever the reason.
        onEnd();
        controller.error(error);
      }
    },
    async cancel(reason) {
      onEnd();
      await reader?.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
