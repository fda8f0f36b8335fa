import { expect, test } from "vitest";
import { formatRateLimit, parseRateLimit } from "../../../src/ui/state/rate-limit-text.ts";

test.each([
  ["500K", 512_000],
  ["2M", 2_097_152],
  ["1.5 MiB/s", 1_572_864],
  ["1g", 1_073_741_824],
  ["", null],
  [" none ", null],
  ["0", null],
])("%j is %s", (text, bytesPerSecond) => {
  expect(parseRateLimit(text)).toEqual({ bytesPerSecond });
});

test.each(["500", "fast", "-2M", "2T", "1e9K"])("%j is refused", (text) => {
  expect(parseRateLimit(text)).toEqual({ isInvalid: true });
});

test("what is shown is read back as the same limit", () => {
  for (const limit of [512_000, 2_097_152, 1_572_864, 1_073_741_824, null]) {
    expect(parseRateLimit(formatRateLimit(limit))).toEqual({ bytesPerSecond: limit });
  }
});
