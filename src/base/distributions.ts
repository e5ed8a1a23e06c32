// Shapes of chance: from even bits to exponential and normal quantities. Only + - * /, square roots and 32-bit integer
// steps are used, which are rounded the same everywhere: `Math.log` and its kin differ between engines.

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LN2 = LN2_HIGH + LN2_LOW;

/** 2^n for n = 32, 16, 8, 4, 2, 1. */
const POWERS = [0x1_0000_0000, 0x1_0000, 256, 16, 4, 2];

/** The natural logarithm of `x`, for 2^-64 < x <= 1, to within 1e-15 of its size. */
export function lnOfFraction(x: number): number {
  let mantissa = x;
  let exponent = 0;
  for (let index = 0, bits = 32; bits >= 1; index++, bits >>= 1) {
    const raised = mantissa * POWERS[index];
    if (raised >= 2) continue;
    mantissa = raised;
    exponent -= bits;
  }
  if (mantissa > 1.5) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 (s + s^3 / 3 + s^5 / 5 + ...), here with |s| <= 1/5. Pairs of terms, so that they are summed side by side.
  const s = (mantissa - 1) / (mantissa + 1);
  const s2 = s * s;
  const s4 = s2 * s2;
  let sum = 1 / 17 + s2 / 19 + s4 / 21;
  sum = 1 / 13 + s2 / 15 + s4 * sum;
  sum = 1 / 9 + s2 / 11 + s4 * sum;
  sum = 1 / 5 + s2 / 7 + s4 * sum;
  sum = 1 + s2 / 3 + s4 * sum;
  return exponent * LN2_HIGH + (2 * s * sum + exponent * LN2_LOW);
}

const STEPS = 32;
/** 2^(i / 32), from square roots; and 2^n for every n from -1022 to 1023. */
const stepTable = Float64Array.from({ length: STEPS }, (_, i) => rootPower(i));
const powerTable = powersOfTwo();

/** e to the power of `x`, to within 1e-15 of its size; Infinity from 709.8 on, zero up to -708.7. */
export function exp(x: number): number {
  const steps = Math.floor(x * (STEPS / LN2) + 0.5);
  const doublings = Math.floor(steps / STEPS);
  if (doublings > 1023) return Infinity;
  if (doublings < -1022) return 0;
  // What is left is at most ln 2 / 64: a short series is enough.
  const rest = x - steps * (LN2_HIGH / STEPS) - steps * (LN2_LOW / STEPS);
  const square = rest * rest;
  const sum = rest + square * (1 / 2 + rest / 6 + square * (1 / 24 + rest / 120 + square / 720));
  const step = stepTable[steps - doublings * STEPS];
  return (step + step * sum) * powerTable[doublings + 1022];
}

const CELL_BITS = 9;
const CELLS = 1 << CELL_BITS;
const IN_CELL = 2 ** (32 - CELL_BITS);
/** -ln(1 - i / (2 CELLS)) for each cell border i: what an exponential holds beyond a whole number of halvings. */
const exponentialTable = Float64Array.from({ length: CELLS + 1 }, (_, i) => -lnOfFraction(1 - i / (2 * CELLS)));

/**
 * An exponential quantity of mean 1, from a number of halvings that is `h` with chance 2^-(h+1), and from 32 even bits.
 * It is -ln(u) where `u` lies between 2^-(h+1) and 2^-h; the table is within 5e-7 of it.
 */
export function exponentialOf(halvings: number, bits: number): number {
  const cell = bits >>> (32 - CELL_BITS);
  const low = exponentialTable[cell];
  const within = (bits & (IN_CELL - 1)) * (1 / IN_CELL);
  return halvings * LN2 + low + (exponentialTable[cell + 1] - low) * within;
}

/**
 * The quantity that a standard normal one stays below with chance `p`, 2^-53 <= p < 1, to within 1e-15 of its size.
 * Wichura, M.J. (1988), Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied Statistics 37.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) return normalCentre(q);
  const r = Math.sqrt(-lnOfFraction(q < 0 ? p : 1 - p));
  const size = r <= 5 ? normalFlank(r - 1.6) : normalTail(r - 5);
  return q < 0 ? -size : size;
}

// Each polynomial is summed by halves, even powers and odd ones side by side.
function normalCentre(q: number): number {
  const r = 0.180625 - q * q;
  const r2 = r * r;
  const r4 = r2 * r2;
  const aboveLow = 3.3871328727963665 + 133.14166789178438 * r + r2 * (1971.5909503065513 + 13731.69376550946 * r);
  const aboveHigh = 45921.95393154987 + 67265.7709270087 * r + r2 * (33430.57558358813 + 2509.0809287301227 * r);
  const belowLow = 1 + 42.31333070160091 * r + r2 * (687.1870074920579 + 5394.196021424751 * r);
  const belowHigh = 21213.794301586597 + 39307.89580009271 * r + r2 * (28729.085735721943 + 5226.495278852854 * r);
  return ((aboveLow + r4 * aboveHigh) * q) / (belowLow + r4 * belowHigh);
}

function normalFlank(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const aboveLow = 1.4234371107496835 + 4.630337846156546 * r + r2 * (5.769497221460691 + 3.6478483247632045 * r);
  const aboveHigh =
    1.2704582524523684 + 0.2417807251774506 * r + r2 * (0.022723844989269184 + 0.0007745450142783414 * r);
  const belowLow = 1 + 2.053191626637759 * r + r2 * (1.6763848301838038 + 0.6897673349851 * r);
  const belowHigh =
    0.14810397642748008 + 0.015198666563616457 * r + r2 * (0.0005475938084995345 + 1.0507500716444169e-9 * r);
  return (aboveLow + r4 * aboveHigh) / (belowLow + r4 * belowHigh);
}

function normalTail(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const aboveLow = 6.657904643501103 + 5.463784911164114 * r + r2 * (1.7848265399172913 + 0.29656057182850487 * r);
  const aboveHigh =
    0.026532189526576124 + 0.0012426609473880784 * r + r2 * (2.7115555687434876e-5 + 2.0103343992922881e-7 * r);
  const belowLow = 1 + 0.599832206555888 * r + r2 * (0.1369298809227358 + 0.014875361290850615 * r);
  const belowHigh =
    0.0007868691311456133 + 1.8463183175100548e-5 * r + r2 * (1.421511758316446e-7 + 2.0442631033899397e-15 * r);
  return (aboveLow + r4 * aboveHigh) / (belowLow + r4 * belowHigh);
}

/** 2^(i / 32) for 0 <= i < 32: each bit of the exponent is one square root more. */
function rootPower(index: number): number {
  let result = 1;
  let root = 2;
  for (let bit = STEPS / 2; bit >= 1; bit >>= 1) {
    root = Math.sqrt(root);
    if ((index & bit) !== 0) result *= root;
  }
  return result;
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2046).fill(1);
  for (let power = 1; power <= 1023; power++) powers[1022 + power] = powers[1021 + power] * 2;
  for (let power = 1; power <= 1022; power++) powers[1022 - power] = powers[1023 - power] / 2;
  return powers;
}
