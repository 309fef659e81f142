/**
 * A table; on a narrow screen each row is a small card in which every figure carries the name of its column.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";

/** A column after the first. */
export interface DataColumn<Row> {
  readonly label: string;
  /** Figures stand at the right edge of their column. */
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
  /** More, for who points at the cell. */
  readonly title?: (row: Row) => string;
}

/** What a table shows. */
export interface DataTableProps<Row> {
  readonly rows: readonly Row[];
  /** What tells rows apart. */
  readonly keyOf: (row: Row) => string;
  /** The first column, which names the row. */
  readonly head: {
    readonly label: string;
    readonly cell: (row: Row) => ComponentChildren;
    readonly title?: (row: Row) => string;
  };
  readonly columns: readonly DataColumn<Row>[];
  readonly testId?: string;
  readonly rowTestId?: (row: Row) => string;
}

/**
 * A table. The roles are said because a narrow screen shows its parts as blocks, which takes them away in some browsers.
 *
 * @param props see {@link DataTableProps}
 */
export function DataTable<Row>({ rows, keyOf, head, columns, testId, rowTestId }: DataTableProps<Row>): JSX.Element {
  return (
    <table role="table" data-testid={testId}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">{head.label}</th>
          {columns.map(({ label, isNumber }) => (
            <th key={label} role="columnheader" scope="col" class={isNumber === true ? "number" : undefined}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" data-testid={rowTestId?.(row)}>
            <th role="rowheader" scope="row" title={head.title?.(row)}>{head.cell(row)}</th>
            {columns.map(({ label, isNumber, cell, title }) => (
              <td
                key={label}
                role="cell"
                class={isNumber === true ? "number" : undefined}
                data-label={label}
                title={title?.(row)}
              >
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
