/**
 * What stands above the bar that seeks while somebody points at it: the moment, and its picture where it is here.
 *
 * @module
 */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatClock } from "./clock_words.ts";
import type { ShownFrame } from "./seek_frames.ts";

/** What it shows. */
export interface SeekPreviewProps {
  readonly seconds: number;
  readonly frame: ShownFrame<ImageBitmap> | undefined;
}

/**
 * The moment and its picture. A screen reader is told by the slider itself.
 *
 * @param props see {@link SeekPreviewProps}
 */
export function SeekPreview({ seconds, frame }: SeekPreviewProps): JSX.Element {
  return (
    <span class="seek-hint" aria-hidden="true" data-testid="seek-hint">
      {frame === undefined ? null : <Picture frame={frame} />}
      <span>{formatClock(seconds)}</span>
    </span>
  );
}

function Picture({ frame: { picture, isRight } }: { readonly frame: ShownFrame<ImageBitmap> }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    // One that was let go meanwhile is 0 wide, and cannot be drawn.
    if (context && picture.width > 0) context.drawImage(picture, 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      class={isRight ? "seek-frame" : "seek-frame seek-frame-before"}
      width={picture.width}
      height={picture.height}
      data-testid="seek-frame"
    />
  );
}
