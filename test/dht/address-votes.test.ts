import { describe, expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { AddressVotes } from "../../src/dht/address-votes.ts";

const voter = (network: number, host = 1) => endpoint(`20.0.${network}.${host}`, 6881);

describe("votes on our own address", () => {
  test("need three networks in `public`, DH17", () => {
    const votes = new AddressVotes("public");
    for (let host = 1; host <= 50; host++) votes.add(voter(1, host), "6.6.6.6");
    votes.add(voter(2), "6.6.6.6");
    expect(votes.host).toBeUndefined();
    expect(votes.add(voter(3), "6.6.6.6")).toBe(true);
    expect(votes.host).toBe("6.6.6.6");
  });

  test("are not turned by three liars among ten, DH17", () => {
    const votes = new AddressVotes("public");
    for (let i = 0; i < 10; i++) votes.add(voter(i), i < 3 ? "6.6.6.6" : "1.2.3.4");
    expect(votes.host).toBe("1.2.3.4");
    for (let i = 0; i < 3; i++) votes.add(voter(i, 2), "6.6.6.6");
    expect(votes.host).toBe("1.2.3.4");
  });

  test("follow a change of address", () => {
    const votes = new AddressVotes("public");
    for (let i = 0; i < 10; i++) votes.add(voter(i), "1.2.3.4");
    for (let i = 0; i < 10; i++) votes.add(voter(i), "4.3.2.1");
    expect(votes.host).toBe("4.3.2.1");
    votes.clear();
    expect(votes.host).toBeUndefined();
  });

  test("need one voter where we know everybody", () => {
    const votes = new AddressVotes("loopback");
    expect(votes.add(endpoint("127.0.0.1", 7000), "127.0.0.1")).toBe(true);
  });
});
