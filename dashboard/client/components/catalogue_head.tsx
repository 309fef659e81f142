/**
 * What stands above a catalogue: what it shows, and in which order.
 *
 * @module
 */
import type { JSX } from "preact";
import { formatCount } from "../../../shared/format.ts";
import { type CatalogueSort, catalogueSorts, formatRoute, type Route } from "../router.ts";
import { useShell } from "../shell_context.ts";

/** What is shown. */
export interface CatalogueHeadProps {
  readonly title: string;
  readonly route: Extract<Route, { readonly type: "home" | "catalogue" }>;
  /** How many rows there are in all; absent until known. */
  readonly totalCount: number | undefined;
}

const sortWords: Readonly<Record<CatalogueSort, string>> = {
  new: "Newest first",
  name: "By name",
  size: "Largest first",
  seeders: "Most shared first",
};

/**
 * The head of a catalogue.
 *
 * @param props see {@link CatalogueHeadProps}
 */
export function CatalogueHead({ title, route, totalCount }: CatalogueHeadProps): JSX.Element {
  const { router } = useShell();
  const choose = (value: string) => {
    const sort = catalogueSorts.find((known) => known === value) ?? "new";
    router.replace(formatRoute({ ...route, sort }));
  };
  return (
    <header class="page-head">
      <h1>{route.query === "" ? title : `“${route.query}”`}</h1>
      <p class="facts" role="status" data-testid="catalogue-count">
        {totalCount === undefined ? "" : formatCount(totalCount, "file")}
      </p>
      <label class="select">
        <span class="hidden">Order</span>
        <select data-testid="sort" value={route.sort} onChange={(event) => choose(event.currentTarget.value)}>
          {catalogueSorts.map((sort) => <option key={sort} value={sort}>{sortWords[sort]}</option>)}
        </select>
      </label>
    </header>
  );
}
