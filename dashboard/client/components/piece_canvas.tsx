/**
 * Which pieces are here, drawn on a canvas: as a field of cells for a whole torrent, as a bar for one file. The map has
 * one character a piece: `.` missing, `~` being fetched, `#` verified.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatCount } from "../../../shared/format.ts";
import { colourOf, coloursVersion } from "../theme.ts";

/** Which pieces. */
export interface PieceMapProps {
  /** One character a piece, see the module. */
  readonly pieces: string;
}

/** Which pieces, and where the player is. */
export interface PieceBarProps extends PieceMapProps {
  /** Where the playhead is, 0 to 1; absent when nothing plays. */
  readonly position?: number;
}

/** A cell with its gap, in CSS pixels: small enough for thousands of pieces; large where there are few. */
const CELL_PIXELS = { least: 10, most: 28 } as const;
/** The field is at most this high; more pieces share a cell. */
const MAX_FIELD_PIXELS = 260;

/**
 * All pieces of a torrent as a field of cells.
 *
 * @param props see {@link PieceMapProps}
 */
export function PieceMap({ pieces }: PieceMapProps): JSX.Element {
  const canvas = useDrawing((drawing) => {
    const inOneLine = Math.floor(drawing.width / Math.max(1, pieces.length));
    const cellPixels = Math.max(CELL_PIXELS.least, Math.min(CELL_PIXELS.most, inOneLine));
    const columns = Math.max(1, Math.floor(drawing.width / cellPixels));
    const maxCells = columns * Math.floor(MAX_FIELD_PIXELS / cellPixels);
    const perCell = Math.max(1, Math.ceil(pieces.length / maxCells));
    const cellCount = Math.ceil(pieces.length / perCell);
    drawing.resize(Math.ceil(cellCount / columns) * cellPixels);
    for (let cell = 0; cell < cellCount; cell++) {
      const part = pieces.slice(cell * perCell, (cell + 1) * perCell);
      drawing.fill(drawing.colours, part);
      const x = (cell % columns) * cellPixels;
      const y = Math.floor(cell / columns) * cellPixels;
      drawing.context.fillRect(x, y, cellPixels - 2, cellPixels - 2);
    }
  }, pieces);
  return <canvas ref={canvas} class="piece-map" role="img" aria-label={sentence(pieces)} data-testid="piece-map" />;
}

/**
 * The pieces of one file from its beginning to its end.
 *
 * @param props see {@link PieceBarProps}
 */
export function PieceBar({ pieces, position }: PieceBarProps): JSX.Element {
  const canvas = useDrawing((drawing) => {
    const { context, width, height } = drawing;
    const steps = Math.max(1, Math.min(pieces.length, Math.floor(width)));
    for (let step = 0; step < steps; step++) {
      const start = Math.floor((step * pieces.length) / steps);
      const end = Math.max(start + 1, Math.floor(((step + 1) * pieces.length) / steps));
      drawing.fill(drawing.colours, pieces.slice(start, end));
      const left = Math.floor((step * width) / steps);
      context.fillRect(left, 0, Math.ceil(((step + 1) * width) / steps) - left, height);
    }
    context.globalAlpha = 1;
    if (position === undefined) return;
    context.fillStyle = drawing.colours.playhead;
    context.fillRect(Math.min(width - 3, position * width), 0, 3, height);
  }, `${pieces}/${position}`);
  return <canvas ref={canvas} class="piece-bar" role="img" aria-label={sentence(pieces)} data-testid="piece-bar" />;
}

interface Colours {
  readonly missing: string;
  readonly fetching: string;
  readonly verified: string;
  readonly playhead: string;
}

interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly colours: Colours;
  /** Makes the canvas so many CSS pixels high and empties it. */
  resize(height: number): void;
  /** Sets the colour for what is the case with some pieces together. */
  fill(colours: Colours, pieces: string): void;
}

/** Draws anew when `content`, the size, or the colours change. */
function useDrawing(draw: (drawing: Drawing) => void, content: string) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  const colours = coloursVersion.value;
  useEffect(() => {
    if (canvas.current !== null) drawOn(canvas.current, latest.current);
  }, [content, colours]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      drawOn(element, latest.current);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return canvas;
}

function drawOn(canvas: HTMLCanvasElement, draw: (drawing: Drawing) => void): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const width = canvas.clientWidth;
  const resize = (height: number) => {
    const scale = globalThis.devicePixelRatio;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
  };
  const height = canvas.clientHeight;
  resize(height);
  const colour = (name: string) => colourOf(canvas, `--piece-${name}`);
  const colours: Colours = {
    missing: colour("missing"),
    fetching: colour("fetching"),
    verified: colour("verified"),
    playhead: colour("playhead"),
  };
  draw({ context, width, height, colours, resize, fill: (palette, pieces) => setFill(context, { palette, pieces }) });
}

function setFill(
  context: CanvasRenderingContext2D,
  options: { readonly palette: Colours; readonly pieces: string },
): void {
  const { palette, pieces } = options;
  const verifiedCount = pieces.split("#").length - 1;
  context.globalAlpha = 1;
  if (verifiedCount === pieces.length) context.fillStyle = palette.verified;
  else if (pieces.includes("~")) context.fillStyle = palette.fetching;
  else if (verifiedCount === 0) context.fillStyle = palette.missing;
  else {
    context.fillStyle = palette.verified;
    context.globalAlpha = 0.3 + (0.5 * verifiedCount) / pieces.length;
  }
}

function sentence(pieces: string): string {
  const verifiedCount = pieces.split("#").length - 1;
  return `${verifiedCount.toLocaleString("en")} of ${formatCount(pieces.length, "piece")} here`;
}
