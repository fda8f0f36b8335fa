import { expect, test } from "vitest";
import { bytesText, durationText, percentText, rateText } from "../../src/cli/output/quantity-text.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 KiB"],
  [65_536, "64 KiB"],
  [1_503_238_553, "1.4 GiB"],
])("%i bytes read as %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test("rates name the second", () => {
  expect(rateText(2_097_152)).toBe("2.0 MiB/s");
});

test.each([
  [820, "820 ms"],
  [4_200, "4.2 s"],
  [200_000, "3m 20s"],
  [7_500_000, "2h 5m"],
])("%i milliseconds read as %s", (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});

test("a percentage never reads 100 before it is", () => {
  expect(percentText(0.9999)).toBe("99.9 %");
  expect(percentText(1)).toBe("100.0 %");
});
