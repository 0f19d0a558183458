import { Writable } from "node:stream";

/** A stream that hands on what is written to it, line by line. */
export function lines(report: (line: string) => void): Writable {
  let rest = "";
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const all = (rest + chunk.toString()).split("\n");
      rest = all.pop() ?? "";
      all.forEach(report);
      done();
    },
    final(done) {
      if (rest !== "") report(rest);
      done();
    },
  });
}
