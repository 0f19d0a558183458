import assert from "node:assert/strict";
import { cookieScript, loadCommand, parseBurst, postScript } from "../bench/wrk.ts";

const printed = `Running 5s test @ http://10.99.0.1/api/pod
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.10ms    2.51ms  33.48ms   92.13%
    Req/Sec    11.53k     1.02k   13.21k    68.00%
  Latency Distribution
     50%    2.48ms
     75%    3.41ms
     90%    5.20ms
     99%   13.60ms
  57411 requests in 5.00s, 22.67MB read
Requests/sec:  11482.20
Transfer/sec:      4.53MB
`;

describe("the load tool of the benchmarks that ask over HTTP", () => {
  it("is called with one host, and a script for its cookies", () => {
    const target = { url: "http://10.99.0.1/api/pod", host: "shop.example" };
    assert.equal(
      loadCommand(target, { connections: 32, seconds: 5 }, "/tmp/free.lua").join(" "),
      "wrk -t 1 -c 32 -d 5s --latency -s /tmp/free.lua -H Host: shop.example http://10.99.0.1/api/pod",
    );
  });

  it("sends the cookies in turn", () => {
    const [first] = cookieScript(['pin=a"b', "pin=c"]).split("\n");
    assert.equal(first, 'local cookies, turn = { "pin=a\\"b", "pin=c" }, 0');
  });

  it("posts JSON", () => {
    assert.equal(
      postScript({ name: 'jill "j"' }),
      'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = "{\\"name\\":\\"jill \\\\\\"j\\\\\\"\\"}"\n',
    );
  });

  it("tells answers a second, and the median and the 99th percentile in milliseconds", () => {
    assert.deepEqual(parseBurst(printed), { perSecond: 11_482.2, p50Ms: 2.48, p99Ms: 13.6 });
    assert.equal(parseBurst(printed.replace("13.60ms", "500.00us")).p99Ms, 0.5);
    assert.equal(parseBurst(printed.replace("13.60ms", "1.20s")).p99Ms, 1200);
  });

  it("is not believed when answers were not all good", () => {
    const said = (line: string) =>
      assert.throws(() => parseBurst(`${printed}${line}\n`), /^Error: not all requests were answered well: /);
    said("  Non-2xx or 3xx responses: 12");
    said("  Socket errors: connect 0, read 3, write 0, timeout 0");
    assert.throws(() => parseBurst("unable to connect"), { message: "wrk printed no figures: unable to connect" });
  });
});
