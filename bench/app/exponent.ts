/** A quantity that was measured at some size. */
export interface Point {
  /** Above 0. */
  size: number;
  /** Above 0. */
  value: number;
}

/**
 * The k of value ~ size^k: the slope of the line through the logarithms, by least squares. 1 is linear growth, 2 quadratic.
 *
 * @throws Error when there are not two different sizes, or a size or value is not above 0
 */
export function exponent(points: Point[]): number {
  if (points.some(({ size, value }) => !(size > 0 && value > 0 && Number.isFinite(size * value)))) {
    throw new Error(`an exponent is fitted to numbers above 0, got ${JSON.stringify(points)}`);
  }
  const logs = points.map(({ size, value }) => ({ x: Math.log(size), y: Math.log(value) }));
  const x = mean(logs.map((log) => log.x));
  const y = mean(logs.map((log) => log.y));
  const spread = sum(logs.map((log) => (log.x - x) ** 2));
  if (!(spread > 0)) throw new Error("an exponent is fitted to two sizes or more");
  return sum(logs.map((log) => (log.x - x) * (log.y - y))) / spread;
}

/** What was reached after each step: [2, 3, 4] is [2, 5, 9]. */
export function running(steps: number[]): number[] {
  let total = 0;
  return steps.map((step) => (total += step));
}

/** Of no numbers it is NaN. */
export function mean(numbers: number[]): number {
  return sum(numbers) / numbers.length;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
