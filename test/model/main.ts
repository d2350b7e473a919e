import { readWhole, runProgram } from "../../local/terminal/program.ts";
import { explore, type Fault } from "./explore.ts";
import { mutants, sceneOf } from "./mutants.ts";
import { BOUNDS, type Bound } from "./play.ts";
import { loadRules } from "./rules.ts";
import { scenes } from "./scenes.ts";
import { serviceOf } from "./world.ts";

// Problems are errors, and a search meets hundreds of thousands: their stacks would take half of its time.
Error.stackTraceLimit = 0;

await runProgram(
  {
    name: "npm run explore",
    about:
      "Looks at every state that so many moves of owner and thieves reach, holds it against the promises, and tells how long an owner waits at most.",
    options: {
      depth: { type: "string", default: "2", value: "N", means: "moves that are looked ahead" },
      interferences: {
        type: "string",
        default: "1",
        value: "N",
        means: "how often thieves may interfere with the owner's way from each state",
      },
      only: {
        type: "string",
        default: "",
        value: "TEXT",
        means: "a part of the names of the scenes, or of the mutants",
      },
      mutants: {
        type: "boolean",
        default: false,
        means: "search mutants of the rules for a fault, in the place of the rules for none",
      },
    },
  },
  async ({ mutants: ofMutants, only, ...values }) => {
    const depth = readWhole("--depth", values.depth);
    const interferences = readWhole("--interferences", values.interferences, 0);
    return (await (ofMutants ? findMutants(only) : search({ depth, interferences, only }))) ? 0 : 1;
  },
);

/** Searches all scenes. @returns whether every promise is kept */
async function search({
  depth,
  interferences,
  only,
}: {
  readonly depth: number;
  readonly interferences: number;
  readonly only: string;
}): Promise<boolean> {
  const perform = serviceOf(await loadRules());
  const total = { states: 0, moves: 0, faults: 0, free: 0, recoveries: 0, trusted: 0 };
  for (const scene of scenes.filter(({ name }) => name.includes(only))) {
    const { states, moves, worst, faults } = await explore(perform, scene, { depth, interferences });
    say(`${scene.name}: ${states} states, ${moves} moves; ${waits(worst)}`);
    for (const fault of faults) tell(fault);
    total.states += states;
    total.moves += moves;
    total.faults += faults.length;
    for (const bound of Object.keys(BOUNDS) as Bound[]) total[bound] = Math.max(total[bound], worst[bound]);
  }
  say(`in all: ${total.states} states, ${total.moves} moves, ${total.faults} faults; ${waits(total)}`);
  return total.faults === 0;
}

/** Searches each mutant of the rules for a fault, and the rules themselves for none. @returns whether all were found */
async function findMutants(only: string): Promise<boolean> {
  const rules = serviceOf(await loadRules());
  let missed = 0;
  for (const mutant of mutants.filter(({ gone }) => gone.includes(only))) {
    const { gone, depth, waits, before, patches } = mutant;
    const options = { depth, first: true, ...(!waits && { goals: [] }) };
    const scene = sceneOf(mutant);
    const sound = await explore(rules, scene, options);
    const { faults } = await explore(serviceOf(await loadRules(...patches)), scene, options);
    const [fault] = faults;
    if (fault && sound.faults.length === 0) {
      say(`found: ${gone}\n    ${fault.how}: ${fault.way.slice(before.length).join("; ")}`);
      continue;
    }
    missed++;
    say(`NOT FOUND: ${gone}`);
    for (const other of sound.faults) tell(other);
  }
  say(`${mutants.length} mutants, ${missed} not found`);
  return missed === 0;
}

function waits(worst: Readonly<Record<Bound, number>>): string {
  const all = (Object.keys(BOUNDS) as Bound[]).map((bound) => `${worst[bound]} of ${BOUNDS[bound]}`);
  return `an owner waits ${all.join(", ")} days`;
}

function tell({ promise, how, way }: Fault): void {
  say(`  ${promise}: ${how}\n${way.map((line) => `      ${line}`).join("\n")}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
