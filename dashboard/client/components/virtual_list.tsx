/**
 * A list of any length of which only what is on the screen, and a little around it, is in the document. How many items
 * stand side by side and how high they are is the style sheet's business: it is measured, and has to be the same for all.
 *
 * @module
 */
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";
import type { RowRange } from "../windowed_rows.ts";

/** What is listed. */
export interface VirtualListProps {
  readonly count: number;
  /** Gives one `<li>`, keyed, with this index as its `data-index`; for items that are on their way too. */
  readonly render: (index: number) => ComponentChildren;
  /** Told whenever other items come into the document. */
  readonly onShow: (range: RowRange) => void;
  readonly class: string;
  readonly label: string;
  readonly testId?: string;
}

/** How the items lie. */
interface Geometry {
  readonly columnCount: number;
  /** From the top of a line of items to the top of the next, in CSS pixels. */
  readonly lineHeight: number;
}

/** In the document before anything is measured: enough for a large screen. */
const FIRST_COUNT = 40;
/** Lines above and below the screen: what a turn of the wheel brings in is there already. */
const LINES_AROUND = 3;

/**
 * The list. It scrolls with the page; the arrow keys go from item to item.
 *
 * @param props see {@link VirtualListProps}
 */
export function VirtualList({ count, render, onShow, label, testId, ...props }: VirtualListProps): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const geometry = useSignal<Geometry | undefined>(undefined);
  const range = useSignal<RowRange>({ first: 0, end: FIRST_COUNT });
  useWindow(list, { count, geometry, range });
  const first = Math.min(range.value.first, Math.max(0, count - 1));
  const end = Math.min(range.value.end, count);
  useEffect(() => onShow({ first, end }), [first, end, count]);
  const items = [];
  for (let index = first; index < end; index++) items.push(render(index));
  return (
    <ul
      ref={list}
      class={`virtual ${props.class}`}
      aria-label={label}
      data-testid={testId}
      onKeyDown={(event) => goToNeighbour(event, { columnCount: geometry.value?.columnCount ?? 1 })}
      style={geometry.value === undefined ? {} : styleOf(geometry.value, { first, count })}
    >
      {items}
    </ul>
  );
}

interface WindowState {
  readonly count: number;
  readonly geometry: Signal<Geometry | undefined>;
  readonly range: Signal<RowRange>;
}

/** Measures the items, and follows the page's scrolling. */
function useWindow(list: RefObject<HTMLUListElement | null>, state: WindowState): void {
  const { geometry, range } = state;
  const count = useRef(state.count);
  count.current = state.count;
  const look = () => {
    const element = list.current;
    if (element === null) return;
    const measured = measure(element);
    if (measured === undefined) return;
    const known = geometry.peek();
    if (known?.columnCount !== measured.columnCount || known.lineHeight !== measured.lineHeight) {
      geometry.value = measured;
    }
    const next = visibleRange(element.getBoundingClientRect().top, measured);
    const shown = range.peek();
    if (next.first !== shown.first || next.end !== shown.end) range.value = next;
  };
  useLayoutEffect(look, [state.count > 0]);
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    let frame = 0;
    const lookSoon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    const observer = new ResizeObserver(lookSoon);
    observer.observe(element);
    addEventListener("scroll", lookSoon, { passive: true });
    addEventListener("resize", lookSoon, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      removeEventListener("scroll", lookSoon);
      removeEventListener("resize", lookSoon);
    };
  }, []);
}

function measure(list: HTMLUListElement): Geometry | undefined {
  const item = list.firstElementChild;
  if (item === null) return undefined;
  const style = getComputedStyle(list);
  const gap = Number.parseFloat(style.rowGap);
  const columnCount = style.gridTemplateColumns.split(" ").length;
  return { columnCount, lineHeight: item.getBoundingClientRect().height + (Number.isNaN(gap) ? 0 : gap) };
}

function visibleRange(top: number, { columnCount, lineHeight }: Geometry): RowRange {
  const firstLine = Math.floor(-top / lineHeight) - LINES_AROUND;
  const endLine = Math.ceil((innerHeight - top) / lineHeight) + LINES_AROUND;
  return { first: Math.max(0, firstLine) * columnCount, end: Math.max(1, endLine) * columnCount };
}

/** The list is as high as all of its items, and those in the document stand where they would. */
function styleOf(
  { columnCount, lineHeight }: Geometry,
  options: { readonly first: number; readonly count: number },
): Record<string, string> {
  const lineCount = Math.ceil(options.count / columnCount);
  const above = Math.floor(options.first / columnCount);
  return { height: `${lineCount * lineHeight}px`, paddingTop: `${above * lineHeight}px` };
}

/** The arrow keys: to the item beside, above or below, which is in the document already. */
function goToNeighbour(event: KeyboardEvent, { columnCount }: { readonly columnCount: number }): void {
  const step = { ArrowDown: columnCount, ArrowUp: -columnCount, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (Math.abs(step) === 1 && columnCount === 1 && event.key.match(/Left|Right/) !== null) return;
  const { target, currentTarget } = event;
  if (!(target instanceof Element) || !(currentTarget instanceof Element)) return;
  const index = Number(target.closest("[data-index]")?.getAttribute("data-index"));
  const neighbour = currentTarget.querySelector<HTMLElement>(`[data-index="${index + step}"] :is(a, button)`);
  if (neighbour === null) return;
  event.preventDefault();
  neighbour.focus();
}
