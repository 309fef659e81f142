/**
 * `GET /stream/{infoHash}/{index}`: any player reads any file of a torrent here, also one that is not all there yet.
 * Conditions and ranges follow RFC 9110, sections 13 and 14, in full; every byte answered is verified.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { contentDisposition, fileTag, matchesTag, safeContentType } from "./content_headers.ts";
import { fileAddress } from "./file_address.ts";
import type { FindMediaFile, MediaFile } from "./media_file.ts";
import { multipartBody } from "./multipart.ts";
import { OpenSlots } from "./open_slots.ts";
import { type ByteRange, parseRange } from "./range.ts";
import { refuse } from "./refusal.ts";
import { verifiedStream } from "./verified_reader.ts";

/** Streams at once: each holds up to a chunk of 256 KiB and a demand, and a player opens three at most. */
const MAX_STREAMS = 64;

/** Limits of the stream route. */
export interface StreamRouteOptions {
  /** Default {@link MAX_STREAMS}. */
  readonly maxStreams?: number;
}

/**
 * The stream route, for `app.route("/", …)`. An unknown file is left to the app's own `notFound`.
 *
 * @param find Gives the file of a torrent.
 * @param options Limits.
 * @returns A Hono app with `GET` and `HEAD /stream/{infoHash}/{index}`; `?download=1` asks the browser to save the file.
 */
export function streamRoute(find: FindMediaFile, options: StreamRouteOptions = {}): Hono {
  const slots = new OpenSlots(options.maxStreams ?? MAX_STREAMS);
  const app = new Hono();
  app.get("/stream/:infoHash/:index", (context) => {
    const file = findByPath(find, context.req.param("infoHash"), context.req.param("index"));
    return file === undefined ? context.notFound() : answerFile(context, { file, slots });
  });
  return app;
}

/**
 * Finds a file by the two segments of its address.
 *
 * @param find Gives the file of a torrent.
 * @param infoHash 40 hex digits, or anything that came in a path.
 * @param index A decimal index, or anything that came in a path.
 * @returns undefined when there is no such file or the address is none.
 */
export function findByPath(find: FindMediaFile, infoHash: string, index: string): MediaFile | undefined {
  const address = fileAddress(infoHash, index);
  return address && find(address.infoHash, address.index);
}

interface Answerable {
  readonly file: MediaFile;
  readonly slots: OpenSlots;
}

/** Conditions first, in the order of RFC 9110, section 13.2.2, then the range. */
function answerFile(context: Context, { file, slots }: Answerable): Response {
  const request = context.req.raw;
  const tag = fileTag(file.infoHash, file.index);
  const disposition = context.req.query("download") === "1" ? "attachment" : "inline";
  // Revalidated at every use, since it is cheap and the file may be gone; never recompressed, since lengths are told.
  const common = { ETag: tag, "Cache-Control": "private, no-cache, no-transform" };
  const ifMatch = request.headers.get("If-Match");
  if (ifMatch !== null && !matchesTag(ifMatch, tag, "strong")) {
    return refuse(412, "Precondition Failed", "The file is another one than If-Match says.");
  }
  const ifNoneMatch = request.headers.get("If-None-Match");
  if (ifNoneMatch !== null && matchesTag(ifNoneMatch, tag, "weak")) {
    return new Response(null, { status: 304, headers: common });
  }
  const { length } = file.bytes;
  const requested = parseRange(applicableRange(request, tag), length);
  if (requested.type === "unsatisfiable") {
    const refusal = refuse(416, "Range Not Satisfiable", `The file has ${length} bytes.`);
    refusal.headers.set("Content-Range", `bytes */${length}`);
    refusal.headers.set("Accept-Ranges", "bytes");
    return refusal;
  }
  const headers = new Headers({
    ...common,
    "Accept-Ranges": "bytes",
    "Content-Type": safeContentType(file.contentType),
    "Content-Disposition": contentDisposition(file.name, disposition),
  });
  const ranges = requested.type === "whole" ? undefined : requested.ranges;
  return answerRanges(request, { file, slots, headers, ranges });
}

/** Range is defined for GET only (section 14.2), and only while If-Range, if any, has our strong tag (13.1.5). */
function applicableRange(request: Request, tag: string): string | null {
  if (request.method !== "GET") return null;
  const ifRange = request.headers.get("If-Range");
  return ifRange === null || ifRange.trim() === tag ? request.headers.get("Range") : null;
}

function answerRanges(
  request: Request,
  { file, slots, headers, ranges }: Answerable & {
    readonly headers: Headers;
    /** undefined: the whole, as 200. */
    readonly ranges: readonly [ByteRange, ...ByteRange[]] | undefined;
  },
): Response {
  const { bytes } = file;
  const status = ranges === undefined ? 200 : 206;
  const range = ranges?.[0] ?? { start: 0, end: bytes.length };
  const contentType = safeContentType(file.contentType);
  const boundary = `playswarm-${crypto.randomUUID()}`;
  const parts = ranges === undefined || ranges.length === 1
    ? undefined
    : multipartBody(bytes, ranges, { contentType, boundary });
  if (parts !== undefined) headers.set("Content-Type", `multipart/byteranges; boundary=${boundary}`);
  else if (status === 206) headers.set("Content-Range", `bytes ${range.start}-${range.end - 1}/${bytes.length}`);
  headers.set("Content-Length", String(parts?.length ?? range.end - range.start));
  // A HEAD must not open a stream: nobody would read it, and its demand would stay.
  if (request.method === "HEAD" || bytes.length === 0) return new Response(null, { status, headers });
  const onEnd = slots.take();
  if (onEnd === undefined) {
    const refusal = refuse(503, "Service Unavailable", "Too many players are reading; close some of them.");
    refusal.headers.set("Retry-After", "1");
    return refusal;
  }
  // The server cancels the body of a client that left. Its signal would fail the stream a moment before, and Deno
  // prints every failed body: a player leaves one at each seek.
  const body = parts?.open({ onEnd }) ?? verifiedStream(bytes, range, { onEnd });
  return new Response(body, { status, headers });
}
