/**
 * The picture of a film at a moment, small: the peer gives its key frame as a film of one frame, which a `<video>` that
 * nobody sees decodes. The film that plays is not touched.
 *
 * @module
 */
import { fetchFrame } from "../api.ts";
import { ApiProblem } from "../api_call.ts";

/** As wide as it is shown on a dense screen; more would be kept for nothing. */
const WIDTH = 192;

/** One frame is decoded in some 20 ms: a browser that is not done by then has no decoder free, and will not tell. */
const DECODE_MS = 3_000;

/**
 * Asks for the picture.
 *
 * @param file which film
 * @param options the moment, and the signal that ends the asking
 * @returns undefined when it is not here, or this browser cannot show it
 * @throws the signal's reason when it is aborted
 */
export async function frameAt(
  file: { readonly infoHash: string; readonly index: number },
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<ImageBitmap | undefined> {
  try {
    const film = await fetchFrame(file, options);
    // A decoder that was not free may be the next time.
    return film && (await firstFrame(film) ?? await firstFrame(film));
  } catch (error) {
    // A bar without pictures seeks as well.
    if (error instanceof ApiProblem || (error instanceof DOMException && error.name !== "AbortError")) return undefined;
    throw error;
  }
}

async function firstFrame(film: Blob): Promise<ImageBitmap | undefined> {
  const video = document.createElement("video");
  const url = URL.createObjectURL(film);
  try {
    const { promise: isShown, resolve } = Promise.withResolvers<boolean>();
    video.addEventListener("loadeddata", () => resolve(true), { once: true });
    video.addEventListener("error", () => resolve(false), { once: true });
    setTimeout(() => resolve(false), DECODE_MS);
    video.muted = true;
    video.preload = "auto";
    video.src = url;
    if (!await isShown || video.videoWidth === 0) return undefined;
    const resizeHeight = Math.max(1, Math.round(WIDTH * video.videoHeight / video.videoWidth));
    return await createImageBitmap(video, { resizeWidth: WIDTH, resizeHeight, resizeQuality: "medium" });
  } finally {
    // A browser has only so many decoders.
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
  }
}
