import { validationException } from "./wire.ts";

/** What every List operation can be asked for; each uses its part. */
export interface ListQuery {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly NameContains?: string | undefined;
  readonly StatusEquals?: string | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
  readonly CreationTimeAfter?: Date | undefined;
  readonly CreationTimeBefore?: Date | undefined;
  readonly LastModifiedTimeAfter?: Date | undefined;
  readonly LastModifiedTimeBefore?: Date | undefined;
}

/** What a listed thing is filtered and sorted by. */
interface Listed {
  readonly name: string;
  readonly created: Date;
  readonly modified?: Date;
  readonly status?: string;
  /** Of the objective metric. */
  readonly value?: number;
}

/** By what it is sorted, then by name: the place of a thing in a list. */
type Place = readonly [string | number, string];

/**
 * One page of what a List operation asks for, by time of creation unless the query says otherwise,
 * and the token of the next page. A page begins behind the last thing of the page before it, so
 * that what is made or deleted in between neither doubles nor hides another.
 * `usualOrder` is the operation's own default.
 * @throws ServiceError ValidationException for a token that is none.
 */
export function listPage<T>(
  things: Iterable<T>,
  query: ListQuery,
  usualOrder: "Ascending" | "Descending",
  describe: (thing: T) => Listed,
): { page: T[]; NextToken: string | undefined } {
  const direction = (query.SortOrder ?? usualOrder) === "Ascending" ? 1 : -1;
  const start = query.NextToken === undefined ? undefined : readToken(query.NextToken);
  const size = query.MaxResults ?? 10;
  const found = [...things]
    .map((thing) => ({ thing, listed: describe(thing) }))
    .filter(({ listed }) => matches(listed, query))
    .map(({ thing, listed }) => ({ thing, place: placeOf(listed, query.SortBy) }))
    .toSorted((a, b) => direction * compare(a.place, b.place))
    .filter(({ place }) => start === undefined || direction * compare(place, start) > 0);
  const last = found.length > size ? found[size - 1] : undefined;
  return {
    page: found.slice(0, size).map(({ thing }) => thing),
    NextToken: last && Buffer.from(JSON.stringify(last.place)).toString("base64url"),
  };
}

function matches({ name, created, modified = created, status }: Listed, query: ListQuery): boolean {
  return (
    (query.NameContains === undefined || name.includes(query.NameContains)) &&
    (query.StatusEquals === undefined || status === query.StatusEquals) &&
    within(created, query.CreationTimeAfter, query.CreationTimeBefore) &&
    within(modified, query.LastModifiedTimeAfter, query.LastModifiedTimeBefore)
  );
}

function within(time: Date, after: Date | undefined, before: Date | undefined): boolean {
  return (after === undefined || time >= after) && (before === undefined || time <= before);
}

function placeOf(
  { name, created, status = "", value = 0 }: Listed,
  sortBy = "CreationTime",
): Place {
  if (sortBy === "FinalObjectiveMetricValue") return [value, name];
  if (sortBy === "Name") return [name, name];
  if (sortBy === "Status") return [status, name];
  return [created.getTime(), name];
}

function compare([a, nameA]: Place, [b, nameB]: Place): number {
  const [left, right] = a === b ? [nameA, nameB] : [a, b];
  return left < right ? -1 : left > right ? 1 : 0;
}

function readToken(token: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(place) && place.length === 2) return place as unknown as Place;
  } catch {
    // Falls through to the one refusal below.
  }
  throw validationException("Invalid pagination token given.");
}
