/**
 * What stands above a catalogue: what it shows, narrowed to what, in which order, as cards or rows.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { formatCount } from "../../../shared/format.ts";
import type { PeerMode } from "../../../shared/media_kind.ts";
import { type CatalogueView, catalogueView, chooseView } from "../catalogue_view.ts";
import {
  type CatalogueFilter,
  catalogueFilters,
  type CatalogueSort,
  catalogueSorts,
  formatRoute,
  type HomeRoute,
  type Route,
} from "../router.ts";
import { useShell } from "../shell_context.ts";
import { Icon, type IconName } from "./icons.tsx";

/** What is shown. */
export interface CatalogueHeadProps {
  readonly title: string;
  readonly route: Extract<Route, { readonly type: "home" | "catalogue" }>;
  /** How many rows there are in all; absent until known. */
  readonly totalCount: number | undefined;
  /** More to choose, before the order. */
  readonly children?: ComponentChildren;
}

const sortWords: Readonly<Record<CatalogueSort, string>> = {
  new: "Newest",
  name: "Name",
  size: "Largest",
  length: "Longest",
  seeders: "Most shared",
};

/**
 * The head of a catalogue.
 *
 * @param props see {@link CatalogueHeadProps}
 */
export function CatalogueHead({ title, route, totalCount, children }: CatalogueHeadProps): JSX.Element {
  const { router } = useShell();
  const choose = (value: string) => {
    const sort = catalogueSorts.find((known) => known === value) ?? "new";
    router.replace(formatRoute({ ...route, sort }));
  };
  return (
    <header class="page-head catalogue-head">
      <h1>{route.query === "" ? title : `“${route.query}”`}</h1>
      <p class="facts" role="status" data-testid="catalogue-count">
        {totalCount === undefined ? "" : formatCount(totalCount, "file")}
      </p>
      {children}
      <label class="select">
        <span class="hidden">Order</span>
        <select data-testid="sort" value={route.sort} onChange={(event) => choose(event.currentTarget.value)}>
          {catalogueSorts.map((sort) => <option key={sort} value={sort}>{sortWords[sort]}</option>)}
        </select>
      </label>
    </header>
  );
}

const filterWords: Readonly<Record<CatalogueFilter, { readonly label: string; readonly title: string }>> = {
  plays: { label: "Playable", title: "Only what this browser can play" },
  here: { label: "Already here", title: "Only what is here already, wholly or in part" },
  near: { label: "Nearby", title: "Only what somebody on your network has: it comes fastest" },
};

/**
 * What the catalogue is narrowed to: buttons that stay pressed.
 *
 * @param props the address, which has the filters
 */
export function CatalogueFilters({ route }: { readonly route: HomeRoute }): JSX.Element {
  const { router } = useShell();
  const toggle = (filter: CatalogueFilter) => {
    const filters = catalogueFilters.filter((other) => route.filters.includes(other) !== (other === filter));
    router.replace(formatRoute({ ...route, filters }));
  };
  return (
    <div class="filters" role="group" aria-label="Show only">
      {catalogueFilters.map((filter) => (
        <button
          key={filter}
          type="button"
          class="filter"
          aria-pressed={route.filters.includes(filter)}
          title={filterWords[filter].title}
          data-testid={`filter-${filter}`}
          onClick={() => toggle(filter)}
        >
          {filterWords[filter].label}
        </button>
      ))}
    </div>
  );
}

const views: readonly { readonly view: CatalogueView; readonly label: string; readonly icon: IconName }[] = [
  { view: "grid", label: "As cards", icon: "browse" },
  { view: "list", label: "As a list", icon: "list" },
];

/**
 * Cards or rows.
 *
 * @param props whose choice
 */
export function ViewChoice({ mode }: { readonly mode: PeerMode }): JSX.Element {
  const chosen = catalogueView(mode).value;
  return (
    <div class="segments" role="group" aria-label="View">
      {views.map(({ view, label, icon }) => (
        <button
          key={view}
          type="button"
          class="segment"
          aria-pressed={view === chosen}
          aria-label={label}
          title={label}
          data-testid={`view-${view}`}
          onClick={() => chooseView(mode, view)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </div>
  );
}
