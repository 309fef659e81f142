/**
 * Takes a picture out of a film that plays, once, for its card: a frame that is not black, small, given to the peer.
 *
 * @module
 */
import { putPicture } from "../api.ts";
import { ApiProblem } from "../api_call.ts";

/** Wide enough for a card on a dense screen. */
const WIDTH = 640;
/** Below this mean brightness (0 to 255) a frame is black, or a title on black. */
const MIN_BRIGHTNESS = 24;

/**
 * Waits for a good frame and keeps it.
 *
 * @param video the film; it has to come from our own address
 * @param options which file it is; the signal ends the waiting
 */
export function takePictureOf(
  video: HTMLVideoElement,
  options: { readonly infoHash: string; readonly index: number; readonly signal: AbortSignal },
): void {
  const done = new AbortController();
  const signal = AbortSignal.any([options.signal, done.signal]);
  const look = async () => {
    // Past the logos at the beginning.
    if (video.paused || video.currentTime < Math.min(10, video.duration / 10)) return;
    const canvas = drawFrame(video);
    if (canvas === undefined) return;
    done.abort();
    const { promise, resolve } = Promise.withResolvers<Blob | null>();
    canvas.toBlob(resolve, "image/jpeg", 0.82);
    const blob = await promise;
    if (blob !== null) await give(options, blob);
  };
  video.addEventListener("timeupdate", look, { signal });
}

async function give(file: { readonly infoHash: string; readonly index: number }, picture: Blob): Promise<void> {
  try {
    await putPicture(file, picture);
  } catch (error) {
    // A card without its picture is no reason to disturb who watches a film.
    if (!(error instanceof ApiProblem)) throw error;
  }
}

/** The frame that is shown; undefined while there is none, or a black one. */
function drawFrame(video: HTMLVideoElement): HTMLCanvasElement | undefined {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(WIDTH, videoWidth);
  canvas.height = Math.round(canvas.width * videoHeight / videoWidth);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return undefined;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  let count = 0;
  // Every 97th pixel, of green alone, which eyes see best, says enough.
  for (let offset = 1; offset < data.length; offset += 4 * 97) {
    sum += data[offset] ?? 0;
    count++;
  }
  return sum / count < MIN_BRIGHTNESS ? undefined : canvas;
}
