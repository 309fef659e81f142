/**
 * Cards or rows: how the catalogue is looked at, chosen for each mode and kept in this browser.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import type { PeerMode } from "../../shared/media_kind.ts";

/** A way to look at the catalogue. */
export type CatalogueView = "grid" | "list";

/** Pictures tell films apart, names tell songs apart. */
const DEFAULTS: Readonly<Record<PeerMode, CatalogueView>> = { video: "grid", audio: "list" };

const choices = new Map<PeerMode, Signal<CatalogueView>>();

/**
 * How the catalogue of a mode is looked at.
 *
 * @param mode which
 * @returns the choice; to be changed with {@link chooseView}
 */
export function catalogueView(mode: PeerMode): Signal<CatalogueView> {
  const known = choices.get(mode);
  if (known !== undefined) return known;
  const kept = localStorage.getItem(keyOf(mode));
  const choice = signal<CatalogueView>(kept === "grid" || kept === "list" ? kept : DEFAULTS[mode]);
  choices.set(mode, choice);
  return choice;
}

/**
 * Looks at the catalogue in another way from now on.
 *
 * @param mode of which mode
 * @param view the way
 */
export function chooseView(mode: PeerMode, view: CatalogueView): void {
  catalogueView(mode).value = view;
  localStorage.setItem(keyOf(mode), view);
}

function keyOf(mode: PeerMode): string {
  return `playswarm-view-${mode}`;
}
