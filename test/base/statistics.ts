// Yardsticks for chance: each says how far a sample lies from what it should be, in standard deviations.

/** Chi-square of counts that should be equal, as standard deviations from its mean (Wilson and Hilferty). */
export function unevenness(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  const width = 2 / (9 * freedom);
  return (Math.cbrt(chi / freedom) - (1 - width)) / Math.sqrt(width);
}

/** Correlation of two samples of one length, as standard deviations from none. */
export function correlation(left: readonly number[], right: readonly number[]): number {
  const [one, other] = [momentsOf(left), momentsOf(right)];
  const products = left.reduce((sum, value, at) => sum + (value - one.mean) * (right[at] - other.mean), 0);
  return products / (Math.sqrt(left.length) * one.deviation * other.deviation);
}

export function momentsOf(sample: readonly number[]): { mean: number; deviation: number; skewness: number } {
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
  const deviation = Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sample.length);
  const skewness = sample.reduce((sum, value) => sum + ((value - mean) / deviation) ** 3, 0) / sample.length;
  return { mean, deviation, skewness };
}

/** The share of a sample that lies below a bound. */
export function shareBelow(sample: readonly number[], bound: number): number {
  return sample.filter((value) => value < bound).length / sample.length;
}
