import { BlockList } from "node:net";
import { type Node, parse, type Schema } from "./parse.ts";

/** Of a row: times and spans are milliseconds; an object is what parse_json makes. */
type Value = string | number | boolean | null | undefined | { readonly [member: string]: Value };

export type Row = Readonly<Record<string, Value>>;

interface Scope {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  readonly scalars: ReadonlyMap<string, Value>;
  readonly row: Row;
  readonly now: number;
}

/**
 * Runs a query over rows, as far as our queries go: what is not among its operators and functions is refused. A tree of
 * Microsoft's own parser, bound to the columns, says what it means; only the arithmetic is done here.
 * @param now milliseconds since the epoch
 */
export function runQuery(
  query: string,
  schema: Schema,
  rows: Readonly<Record<string, readonly Row[]>>,
  now: number,
): readonly Row[] {
  const block = parse(query, schema);
  const scope = {
    tables: new Map<string, readonly Row[]>(Object.keys(schema).map((name) => [name, rows[name] ?? []])),
    scalars: new Map<string, Value>(),
    row: {},
    now,
  };
  let result: readonly Row[] | undefined;
  for (const statement of listOf(part(block, "Statements"))) {
    const expression = part(statement, "Expression");
    if (statement.kind === "LetStatement") {
      const name = nameOf(part(statement, "Name"));
      if (isTabular(expression, scope)) scope.tables.set(name, tableOf(expression, scope));
      else scope.scalars.set(name, evaluate(expression, scope));
    } else {
      result = tableOf(expression, scope);
    }
  }
  if (!result) throw new Error(`nothing is asked for: ${query}`);
  return result;
}

function part(node: Node, name: string): Node {
  const found = node.children.find((child) => child.part === name);
  if (!found) throw new Error(`${node.kind} without ${name}`);
  return found;
}

/** What stands between the commas. */
function listOf(list: Node): readonly Node[] {
  return list.children.map(({ children }) => children[0] as Node);
}

function nameOf(node: Node): string {
  return node.children.length === 0 ? node.text : nameOf(node.children[0] as Node);
}

function isTabular(node: Node, { tables }: Scope): boolean {
  return node.kind === "PipeExpression" || (node.kind === "NameReference" && tables.has(nameOf(node)));
}

function tableOf(node: Node, scope: Scope): readonly Row[] {
  if (node.kind === "NameReference") {
    const found = scope.tables.get(nameOf(node));
    if (!found) throw new Error(`no table ${nameOf(node)}`);
    return found;
  }
  if (node.kind === "ParenthesizedExpression") return tableOf(part(node, "Expression"), scope);
  if (node.kind !== "PipeExpression") throw new Error(`${node.kind} is no table that is known here`);
  const rows = tableOf(part(node, "Expression"), scope);
  const operator = part(node, "Operator");
  const operate = OPERATORS[operator.kind];
  if (!operate) throw new Error(`the operator ${operator.kind} is not known here`);
  return operate(operator, rows, scope);
}

type Operate = (operator: Node, rows: readonly Row[], scope: Scope) => readonly Row[];

const OPERATORS: Readonly<Record<string, Operate>> = {
  FilterOperator: (operator, rows, scope) =>
    rows.filter((row) => evaluate(part(operator, "Condition"), { ...scope, row }) === true),
  ExtendOperator: (operator, rows, scope) =>
    rows.map((row) => ({ ...row, ...membersOf(part(operator, "Expressions"), row, scope) })),
  ProjectOperator: (operator, rows, scope) =>
    rows.map((row) => membersOf(part(operator, "Expressions"), row, scope)),
  CountOperator: (_, rows) => [{ Count: rows.length }],
  TakeOperator: (operator, rows, scope) =>
    rows.slice(0, Number(evaluate(part(operator, "Expression"), scope))),
  SummarizeOperator: summarize,
  SortOperator: sort,
  MvExpandOperator: (operator, rows, scope) => {
    const [expanded] = listOf(part(operator, "Expressions"));
    if (!expanded) throw new Error("nothing is expanded");
    const { name, of } = named(part(expanded, "Expression"));
    return rows.flatMap((row) => {
      const list = evaluate(of, { ...scope, row });
      // A row without a list stays, with nothing in its place.
      return Array.isArray(list)
        ? list.map((each) => ({ ...row, [name]: each }))
        : [{ ...row, [name]: undefined }];
    });
  },
  RenderOperator: (_, rows) => rows,
};

/** Each expression under its own name, or the one that Kusto gives it: that of the column it is made of. */
function named(expression: Node): { readonly name: string; readonly of: Node } {
  if (expression.kind === "SimpleNamedExpression") {
    return { name: nameOf(part(expression, "Name")), of: part(expression, "Expression") };
  }
  return { name: givenName(expression), of: expression };
}

function givenName(node: Node): string {
  if (node.kind === "PathExpression") {
    return `${givenName(part(node, "Expression"))}_${nameOf(part(node, "Selector"))}`;
  }
  if (node.kind === "FunctionCallExpression") {
    const [first] = listOf(part(part(node, "ArgumentList"), "Expressions"));
    const name = nameOf(part(node, "Name"));
    const isScalar = name in FUNCTIONS;
    if (isScalar && first) return givenName(first);
    return `${name}_${first ? givenName(first) : ""}`;
  }
  return nameOf(node);
}

function membersOf(list: Node, row: Row, scope: Scope): Row {
  const members: Record<string, Value> = {};
  for (const { name, of } of listOf(list).map(named)) members[name] = evaluate(of, { ...scope, row });
  return members;
}

function summarize(operator: Node, rows: readonly Row[], scope: Scope): readonly Row[] {
  const aggregates = listOf(part(operator, "Aggregates")).map(named);
  const clause = operator.children.find(({ part }) => part === "ByClause");
  const keys = clause ? listOf(part(clause, "Expressions")).map(named) : [];
  const groups = new Map<string, { readonly key: Row; readonly rows: Row[] }>();
  // Without a key there is one row, of nothing as well: alerts on silence rest on it.
  if (keys.length === 0) groups.set("[]", { key: {}, rows: [] });
  for (const row of rows) {
    const key = Object.fromEntries(keys.map(({ name, of }) => [name, evaluate(of, { ...scope, row })]));
    const text = JSON.stringify(Object.values(key));
    const group = groups.get(text) ?? { key, rows: [] };
    groups.set(text, group);
    group.rows.push(row);
  }
  return [...groups.values()].map((group) => ({
    ...group.key,
    ...Object.fromEntries(
      aggregates.map(({ name, of }) => [name, aggregateOf(of, group.rows, scope)] as const),
    ),
  }));
}

/** An aggregate, or arithmetic with several. */
function aggregateOf(node: Node, rows: readonly Row[], scope: Scope): Value {
  if (node.kind === "FunctionCallExpression") {
    const name = nameOf(part(node, "Name"));
    const args = listOf(part(part(node, "ArgumentList"), "Expressions"));
    const aggregate = AGGREGATES[name];
    if (aggregate) {
      const [first, ...more] = args;
      const values = first ? rows.map((row) => evaluate(first, { ...scope, row })) : rows.map(() => true);
      return aggregate(
        values,
        more.map((each) => evaluate(each, scope)),
        (at) => rows.map((row) => evaluate(args[at] as Node, { ...scope, row })),
      );
    }
    return call(
      name,
      args.map((each) => aggregateOf(each, rows, scope)),
      scope,
    );
  }
  const sides = node.children.filter(({ part }) => part === "Left" || part === "Right");
  if (sides.length === 2) {
    const [left, right] = sides.map((side) => aggregateOf(side, rows, scope));
    return binary(node.kind, left, right);
  }
  return evaluate(node, scope);
}

type Aggregate = (
  values: readonly Value[],
  constants: readonly Value[],
  column: (at: number) => readonly Value[],
) => Value;

const numbersOf = (values: readonly Value[]) =>
  values.filter((value): value is number => typeof value === "number");

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  count: (values) => values.length,
  countif: (values) => values.filter((value) => value === true).length,
  sum: (values) => numbersOf(values).reduce((sum, value) => sum + value, 0),
  sumif: (values, _, column) => {
    const holds = column(1);
    return numbersOf(values.filter((__, at) => holds[at] === true)).reduce((sum, value) => sum + value, 0);
  },
  avg: (values) => {
    const numbers = numbersOf(values);
    return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  },
  max: (values) => (numbersOf(values).length === 0 ? undefined : Math.max(...numbersOf(values))),
  min: (values) => (numbersOf(values).length === 0 ? undefined : Math.min(...numbersOf(values))),
  dcount: (values) => new Set(values.map((value) => JSON.stringify(value))).size,
  percentile: (values, [of]) => {
    const sorted = numbersOf(values).sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((Number(of) / 100) * sorted.length) - 1)];
  },
};

function sort(operator: Node, rows: readonly Row[], scope: Scope): readonly Row[] {
  const [by] = listOf(part(operator, "Expressions"));
  if (!by) throw new Error("sorted by nothing");
  const ordered = by.kind === "OrderedExpression";
  const expression = ordered ? part(by, "Expression") : by;
  const ascending = ordered && textOf(part(by, "Ordering")).includes("asc");
  const keyed = rows.map((row) => ({ row, key: evaluate(expression, { ...scope, row }) ?? "" }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (ascending ? 1 : -1));
  return keyed.map(({ row }) => row);
}

const textOf = (node: Node): string => node.text + node.children.map(textOf).join("");

const SPANS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

function evaluate(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case "NameReference":
      return nameValue(nameOf(node), scope);
    case "ParenthesizedExpression":
      return evaluate(part(node, "Expression"), scope);
    case "PathExpression":
      return member(evaluate(part(node, "Expression"), scope), nameOf(part(node, "Selector")));
    case "ElementExpression":
      return member(
        evaluate(part(node, "Expression"), scope),
        String(evaluate(part(part(node, "Selector"), "Expression"), scope)),
      );
    case "StringLiteralExpression":
      return JSON.parse(textOf(node).replace(/^'(.*)'$/s, '"$1"'));
    case "LongLiteralExpression":
    case "RealLiteralExpression":
      return Number(textOf(node));
    case "BooleanLiteralExpression":
      return textOf(node) === "true";
    case "TimespanLiteralExpression": {
      const [, amount, unit = ""] = /^(\d+)([dhms])$/.exec(textOf(node)) ?? [];
      return Number(amount) * (SPANS[unit] ?? Number.NaN);
    }
    case "AndExpression":
      return truth(part(node, "Left"), scope) && truth(part(node, "Right"), scope);
    case "OrExpression":
      return truth(part(node, "Left"), scope) || truth(part(node, "Right"), scope);
    case "InExpression":
      return isAmong(node, scope);
    case "NotInExpression":
      return !isAmong(node, scope);
    case "BetweenExpression": {
      const value = evaluate(part(node, "Left"), scope);
      const bound = (name: string) => evaluate(part(part(node, "Right"), name), scope);
      return (
        binary("GreaterThanOrEqualExpression", value, bound("First")) === true &&
        binary("LessThanOrEqualExpression", value, bound("Second")) === true
      );
    }
    case "ToScalarExpression": {
      const [first] = tableOf(part(node, "Expression"), scope);
      return first && Object.values(first)[0];
    }
    case "FunctionCallExpression": {
      const args = listOf(part(part(node, "ArgumentList"), "Expressions"));
      return call(
        nameOf(part(node, "Name")),
        args.map((each) => evaluate(each, scope)),
        scope,
      );
    }
    default:
      return binary(node.kind, evaluate(part(node, "Left"), scope), evaluate(part(node, "Right"), scope));
  }
}

const truth = (node: Node, scope: Scope) => evaluate(node, scope) === true;

function nameValue(name: string, { row, scalars }: Scope): Value {
  if (name in row) return row[name];
  if (scalars.has(name)) return scalars.get(name);
  // A column of the schema that this row leaves empty.
  return undefined;
}

const member = (of: Value, name: string): Value =>
  typeof of === "object" && of !== null ? of[name] : undefined;

function isAmong(node: Node, scope: Scope): boolean {
  const value = evaluate(part(node, "Left"), scope);
  return listOf(part(part(node, "Right"), "Expressions")).some((each) => evaluate(each, scope) === value);
}

const text = (value: Value) => (typeof value === "string" ? value : "");

function binary(kind: string, left: Value, right: Value): Value {
  switch (kind) {
    case "EqualExpression":
      return left === right;
    case "NotEqualExpression":
      return left !== right;
    case "EqualTildeExpression":
      return text(left).toLowerCase() === text(right).toLowerCase();
    case "StartsWithExpression":
      return text(left).toLowerCase().startsWith(text(right).toLowerCase());
    case "ContainsExpression":
      return text(left).toLowerCase().includes(text(right).toLowerCase());
    case "NotContainsExpression":
      return !text(left).toLowerCase().includes(text(right).toLowerCase());
    // A whole term, between what is neither letter nor digit.
    case "HasExpression":
      return text(left)
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .includes(text(right).toLowerCase());
  }
  const arithmetic = ARITHMETIC[kind];
  if (!arithmetic) throw new Error(`the expression ${kind} is not known here`);
  // Null in, null out.
  if (typeof left !== "number" || typeof right !== "number") return undefined;
  return arithmetic(left, right);
}

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => Value>> = {
  AddExpression: (left, right) => left + right,
  SubtractExpression: (left, right) => left - right,
  MultiplyExpression: (left, right) => left * right,
  DivideExpression: (left, right) => left / right,
  GreaterThanExpression: (left, right) => left > right,
  GreaterThanOrEqualExpression: (left, right) => left >= right,
  LessThanExpression: (left, right) => left < right,
  LessThanOrEqualExpression: (left, right) => left <= right,
};

const number = (value: Value) =>
  value === undefined || value === null || value === "" || Number.isNaN(Number(value))
    ? undefined
    : Number(value);

/** Functions of one row's values. */
const FUNCTIONS: Readonly<Record<string, (args: readonly Value[], now: number) => Value>> = {
  parse_json: ([value]) => {
    try {
      return JSON.parse(text(value));
    } catch {
      return undefined;
    }
  },
  tostring: ([value]) =>
    value === undefined || value === null
      ? ""
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value),
  toint: ([value]) => (number(value) === undefined ? undefined : Math.trunc(Number(value))),
  tolong: ([value]) => (number(value) === undefined ? undefined : Math.trunc(Number(value))),
  todouble: ([value]) => number(value),
  isempty: ([value]) => value === undefined || value === null || value === "",
  isnotempty: ([value]) => !(value === undefined || value === null || value === ""),
  coalesce: (values) => values.find((value) => value !== undefined && value !== null && value !== ""),
  iff: ([condition, yes, no]) => (condition === true ? yes : no),
  bin: ([value, size]) => Math.floor(Number(value) / Number(size)) * Number(size),
  ago: ([span], now) => now - Number(span),
  now: (_, now) => now,
  not: ([value]) => (value === undefined ? undefined : value !== true),
  dayofmonth: ([time]) => new Date(Number(time)).getUTCDate(),
  hourofday: ([time]) => new Date(Number(time)).getUTCHours(),
  ipv4_is_in_range: ([address, range]) => isInRange(text(address), text(range)),
};

function call(name: string, args: readonly Value[], { now }: Scope): Value {
  const found = FUNCTIONS[name];
  if (!found) throw new Error(`the function ${name} is not known here`);
  return found(args, now);
}

function isInRange(address: string, range: string): boolean {
  const [network = "", bits] = range.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(bits));
  return list.check(address);
}
