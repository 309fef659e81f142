/**
 * Keeps a list true while it is on the screen: asks when the question changes, and again when the list itself has
 * changed or the connection was lost meanwhile.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import type { WindowedRows } from "./windowed_rows.ts";

/** What the rows depend on. */
export interface FreshRowsOptions<Question> {
  readonly question: Question;
  /** The list's version as the live updates say it; empty until they have. */
  readonly version: string;
  /** How many whole states have arrived: grows with every reconnection. */
  readonly snapshotCount: number;
  /** Changes when the same question has another answer for a reason of this page; empty until that is known. */
  readonly occasion?: string;
}

/**
 * Keeps the rows true for as long as the component lives. Rows that were asked for by an earlier visit are shown at once.
 *
 * @param rows the list
 * @param options see {@link FreshRowsOptions}
 */
export function useFreshRows<Row, Question>(
  rows: WindowedRows<Row, Question>,
  options: FreshRowsOptions<Question>,
): void {
  const { question, version, snapshotCount, occasion = "" } = options;
  const asked = JSON.stringify(question);
  const isFirst = useRef(true);
  useEffect(() => {
    const isBack = isFirst.current && JSON.stringify(rows.question) === asked;
    if (isBack) rows.refresh();
    else rows.ask(question);
  }, [rows, asked]);
  const { phase, version: shown } = rows.state.value;
  useEffect(() => {
    if (version !== "" && phase === "ready" && version !== shown) rows.refresh();
  }, [rows, version, phase]);
  useEffect(() => {
    if (!isFirst.current && (snapshotCount > 1 || phase === "failed")) rows.refresh();
  }, [rows, snapshotCount]);
  const knownOccasion = useRef(occasion);
  useEffect(() => {
    // What only became known is no change.
    if (knownOccasion.current !== "" && knownOccasion.current !== occasion) rows.refresh();
    knownOccasion.current = occasion;
    isFirst.current = false;
  }, [rows, occasion]);
}
