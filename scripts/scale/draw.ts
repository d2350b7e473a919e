import { BACKUPS, type Backup, crossing, OWNERS, type Row, rowOf, rowWithBlobs } from "./model.ts";

const WIDTH = 720;
const LEFT = 90;
const RIGHT = 150;
const PANEL = 200;
const GAP = 50;
const TOP = 40;
const COLOURS = ["#0969da", "#bc4c00"];

interface Panel {
  readonly title: string;
  readonly of: (row: Row) => number;
  /** Powers of ten that the axis shows. */
  readonly from: number;
  readonly to: number;
  readonly blobs: boolean;
}

const PANELS: readonly Panel[] = [
  { title: "US dollars a month", of: ({ dollars }) => dollars, from: 0, to: 6, blobs: true },
  { title: "RU a second, on average", of: ({ mean }) => mean, from: 0, to: 6, blobs: true },
  { title: "GB in Azure Cosmos DB", of: ({ gigabytes }) => gigabytes, from: -2, to: 6, blobs: true },
];

const [first = 1e4] = OWNERS;
const last = OWNERS.at(-1) ?? 1e8;

/** Cost, throughput and storage by the number of owners, as an SVG with logarithmic axes. */
export function draw(): string {
  const height = TOP + PANELS.length * (PANEL + GAP) + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Cost, request units and storage by the number of owners">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
line { stroke: #d1d9e0 }
polyline { fill: none; stroke-width: 2 }
rect { fill: #ffffff }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } line { stroke: #3d444d } rect { fill: #0d1117 } }
</style>
<rect width="${WIDTH}" height="${height}"/>
${PANELS.map((panel, at) => drawPanel(panel, TOP + at * (PANEL + GAP))).join("\n")}
</svg>
`;
}

function drawPanel(panel: Panel, top: number): string {
  const { title, from, to } = panel;
  const x = (owners: number) => LEFT + (log(owners / first) / log(last / first)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => top + PANEL - ((log(value) - from) / (to - from)) * PANEL;
  const powers = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return [
    `<text x="${LEFT}" y="${top - 10}" font-weight="bold">${title}</text>`,
    ...powers.map((power) => {
      const at = round(y(10 ** power));
      return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${short(10 ** power)}</text>`;
    }),
    ...OWNERS.map((owners) => {
      const at = round(x(owners));
      return `<line x1="${at}" x2="${at}" y1="${top}" y2="${top + PANEL}"/><text x="${at}" y="${top + PANEL + 16}" text-anchor="middle">${short(owners)}</text>`;
    }),
    ...BACKUPS.map((backup, at) => drawBackup(panel, backup, COLOURS[at] ?? "#888888", { x, y })),
  ].join("\n");
}

function drawBackup(
  { of, blobs, title }: Panel,
  backup: Backup,
  colour: string,
  { x, y }: { readonly x: (owners: number) => number; readonly y: (value: number) => number },
): string {
  const line = (rows: (owners: number) => Row, dashes: string) => {
    const points = OWNERS.map((owners) => `${round(x(owners))},${round(y(of(rows(owners))))}`).join(" ");
    return `<polyline points="${points}" stroke="${colour}"${dashes}/>`;
  };
  const end = of(rowOf(backup, last));
  const from = title.includes("dollars") ? crossing(backup) : undefined;
  return [
    line((owners) => rowOf(backup, owners), ""),
    ...(blobs ? [line((owners) => rowWithBlobs(backup, owners), ' stroke-dasharray="4 4"')] : []),
    `<text x="${WIDTH - RIGHT + 8}" y="${round(y(end)) + (colour === COLOURS[0] ? 12 : -2)}" style="fill:${colour}">${backup.accounts} accounts</text>`,
    ...(from === undefined
      ? []
      : [
          `<circle cx="${round(x(from))}" cy="${round(y(rowOf(backup, from).dollars))}" r="5" fill="${colour}"/><text x="${round(x(from)) + 8}" y="${round(y(rowOf(backup, from).dollars)) + 34}">blobs are cheaper from ${short(from)} owners</text>`,
        ]),
  ].join("\n");
}

function log(value: number): number {
  return Math.log10(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** `10 k`, `1 M`, `0.01` */
export function short(value: number): string {
  const [of, unit] = value >= 1e6 ? [1e6, " M"] : value >= 1e3 ? [1e3, " k"] : [1, ""];
  return `${Number((value / of).toPrecision(2))}${unit}`;
}
