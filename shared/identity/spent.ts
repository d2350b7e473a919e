import { MOST_SPENT, type SpentProofs } from "../model/spent.ts";
import { PROOF_AHEAD, type Proof, SPENT_FOR } from "./proof.ts";

/** How a commit spends a proof; or that another has spent it. */
type Spending =
  | { readonly replayed: true }
  | {
      readonly replayed: false;
      /** What the owner item says of spent proofs from then on. */
      readonly next: SpentProofs;
      /** Whether the commit creates an item for it, which is there already if it was spent before. */
      readonly asItem: boolean;
    };

/**
 * Spends a proof in the owner item: an item of its own, and its deletion, would be a fifth of what an upload costs
 * (docs/decisions/upload-cost.md). Where the list is full, and after an erasure may have come before this owner, it is
 * spent in an item all the same; and so are all that follow, for as long as one of those could be repeated: a commit that
 * creates such an item fails where it is there. So no proof is pushed out, and no phone uses up another's room.
 * @param now milliseconds since the epoch
 */
export function spending(
  before: SpentProofs | undefined,
  { id, until }: Pick<Proof, "id" | "until">,
  now: number,
): Spending {
  const { listed, itemsUntil } = before ?? afterNobody(now);
  const seconds = now / 1000;
  const live = listed.filter(([, until]) => seconds < until);
  if (live.some(([other]) => other === id)) return { replayed: true };
  const asItem = seconds < itemsUntil || live.length >= MOST_SPENT;
  return {
    replayed: false,
    next: asItem
      ? { listed: live, itemsUntil: Math.max(itemsUntil, until) }
      : { listed: [...live, [id, until]], itemsUntil },
    asItem,
  };
}

/** Whoever is new may have erased themselves a moment ago: what was spent before stands in items. */
function afterNobody(now: number): SpentProofs {
  return { listed: [], itemsUntil: Math.ceil(now / 1000) + PROOF_AHEAD + SPENT_FOR };
}
