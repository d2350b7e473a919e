import { describe, expect, it } from "vitest";
import { countedAs, hintOf, isTextable, readAddress } from "../../../shared/contact/address.ts";

describe("a telephone number", () => {
  it.each([
    "+12025550123",
    "+46701740605",
    "+79161234567",
    "+353871234567",
    // Where national numbers begin with a zero in international form, too.
    "+2250701020304",
    "+24106031234",
    "+242061234567",
    "+1234567",
    "+123456789012345",
  ])("is taken in E.164: %s", (number) => {
    expect(readAddress("phone", number)).toBe(number);
  });

  it.each([
    ["+10025550123", "of one digit"],
    ["+70161234567", "of one digit, the other one"],
    ["+2001234567", "of two digits: Egypt"],
    ["+2701234567", "of two digits: South Africa"],
    ["+3301234567", "of two digits: France"],
    ["+490170174060", "of two digits: Germany"],
    ["+6101234567", "of two digits: Australia"],
    ["+8101234567", "of two digits: Japan"],
    ["+9801234567", "of two digits: Iran"],
    ["+3530871234567", "of three digits: Ireland"],
    ["+35801234567", "of three digits: Finland"],
    ["+97001234567", "of three digits: Palestine"],
  ])("is refused with the national zero behind a country code: %s, %s", (number) => {
    expect(readAddress("phone", number)).toBeUndefined();
  });

  it.each(["+4207012345", "+3801234567", "+5912345670"])("may have a zero anywhere else: %s", (number) => {
    expect(readAddress("phone", number)).toBe(number);
  });

  it.each(["+123456", "+1234567890123456", "46701740605", "+046701740605", " +46701740605", "+46701740605 "])(
    "is refused in another form: %s",
    (number) => expect(readAddress("phone", number)).toBeUndefined(),
  );
});

describe("texts", () => {
  it.each<[string, readonly string[], boolean]>([
    ["+12025550123", ["+1"], true],
    ["+18765551234", ["+1"], false],
    ["+18765551234", ["+1", "+1876"], true],
    ["+18765551234", ["+18765"], true],
    ["+18765551234", ["+187"], false],
    ["+19005551234", ["+1"], false],
    ["+77011234567", ["+7"], false],
    ["+77011234567", ["+77"], true],
    ["+79161234567", ["+7"], true],
    ["+447911123456", ["+44"], true],
    ["+447011123456", ["+44"], false],
    ["+449091234567", ["+44"], false],
    ["+46900123456", ["+46"], false],
    ["+46900123456", ["+46900"], true],
    ["+46701740605", ["+46"], true],
    ["+46701740605", ["+47", "+4"], true],
    ["+46701740605", ["+47"], false],
    ["+46701740605", [], false],
  ])("to %s where %j is allowed: %s", (number, allowed, expected) => {
    expect(isTextable(number, allowed)).toBe(expected);
  });
});

describe("an e-mail address", () => {
  it.each([
    ["a@b.example", "a@b.example"],
    ["o'hara+x=y@b.example", "o'hara+x=y@b.example"],
    ["A.b@B.Example", "A.b@b.example"],
    ["a@bücher.example", "a@xn--bcher-kva.example"],
    ["a@例え。テスト", "a@xn--r8jz45g.xn--zckzah"],
    ["a@1e100.example", "a@1e100.example"],
    [`${"a".repeat(64)}@b.example`, `${"a".repeat(64)}@b.example`],
    [`a@${"b".repeat(63)}.example`, `a@${"b".repeat(63)}.example`],
  ])("is taken as it will be sent to: %s", (typed, sent) => {
    expect(readAddress("email", typed)).toBe(sent);
  });

  it.each([
    "",
    "@",
    "@b.example",
    "a@",
    "a.@b.example",
    "a b@b.example",
    "a@b .example",
    "a@-b.example",
    "a@b-.example",
    "a@b..example",
    "a@b.example.",
    "a@b.123",
    "a@b:25.example",
    "a@%62.example",
    `a@${"b".repeat(64)}.example`,
    `a@${`${"b".repeat(62)}.`.repeat(4)}example`,
    `${"a".repeat(64)}@${`${"b".repeat(45)}.`.repeat(4)}example`,
  ])("is refused: %s", (typed) => {
    expect(readAddress("email", typed)).toBeUndefined();
  });

  it("is counted with all spellings that most providers put into one mailbox, and with no other", () => {
    const counted = ["Jane.Doe@b.example", "janedoe+news@b.example", "JANEDOE@b.example"];
    expect(new Set(counted.map((address) => countedAs("email", address)))).toEqual(
      new Set(["janedoe@b.example"]),
    );
    expect(countedAs("email", "janedo@b.example")).toBe("janedo@b.example");
    expect(countedAs("email", "jane.doe@c.example")).toBe("janedoe@c.example");
    expect(countedAs("phone", "+46701740605")).toBe("+46701740605");
  });
});

it("is shown by a hint that tells little", () => {
  expect(hintOf("email", "alice@mail.wonderland.example")).toBe("a•••@m•••.example");
  expect(hintOf("phone", "+46701740605")).toBe("•••• 05");
});
