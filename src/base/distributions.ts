// Shapes of chance: from even bits to exponential and normal quantities. Only + - * /, square roots and 32-bit integer
// steps are used, which are rounded the same everywhere: `Math.log` and its kin differ between engines.

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LN2 = LN2_HIGH + LN2_LOW;

/** 2^n for n = 32, 16, 8, 4, 2, 1. */
const POWERS = [0x1_0000_0000, 0x1_0000, 256, 16, 4, 2];
/** 1 / (2n + 1), and 1 / n!: the series of ln and exp. */
const ODD_RECIPROCALS = Array.from({ length: 11 }, (_, n) => 1 / (2 * n + 1));
const FACTORIAL_RECIPROCALS = Array.from({ length: 15 }, (_, n) => 1 / factorial(n));

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
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let n = ODD_RECIPROCALS.length - 1; n >= 0; n--) sum = sum * square + ODD_RECIPROCALS[n];
  return exponent * LN2_HIGH + (2 * s * sum + exponent * LN2_LOW);
}

/** e to the power of `x`, to within 1e-15 of its size; Infinity from 709.8, zero up to -708.7. */
export function exp(x: number): number {
  const doublings = Math.floor(x / LN2 + 0.5);
  if (doublings > 1023) return Infinity;
  if (doublings < -1022) return 0;
  const rest = x - doublings * LN2_HIGH - doublings * LN2_LOW;
  let sum = 0;
  for (let n = FACTORIAL_RECIPROCALS.length - 1; n >= 0; n--) sum = sum * rest + FACTORIAL_RECIPROCALS[n];
  return doublings >= 0 ? sum * powerOfTwo(doublings) : sum / powerOfTwo(-doublings);
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

function normalCentre(q: number): number {
  const r = 0.180625 - q * q;
  let above = 2509.0809287301227 * r + 33430.57558358813;
  above = (above * r + 67265.7709270087) * r + 45921.95393154987;
  above = (above * r + 13731.69376550946) * r + 1971.5909503065513;
  above = (above * r + 133.14166789178438) * r + 3.3871328727963665;
  let below = 5226.495278852854 * r + 28729.085735721943;
  below = (below * r + 39307.89580009271) * r + 21213.794301586597;
  below = (below * r + 5394.196021424751) * r + 687.1870074920579;
  below = (below * r + 42.31333070160091) * r + 1;
  return (above * q) / below;
}

function normalFlank(r: number): number {
  let above = 0.0007745450142783414 * r + 0.022723844989269184;
  above = (above * r + 0.2417807251774506) * r + 1.2704582524523684;
  above = (above * r + 3.6478483247632045) * r + 5.769497221460691;
  above = (above * r + 4.630337846156546) * r + 1.4234371107496835;
  let below = 1.0507500716444169e-9 * r + 0.0005475938084995345;
  below = (below * r + 0.015198666563616457) * r + 0.14810397642748008;
  below = (below * r + 0.6897673349851) * r + 1.6763848301838038;
  below = (below * r + 2.053191626637759) * r + 1;
  return above / below;
}

function normalTail(r: number): number {
  let above = 2.0103343992922881e-7 * r + 2.7115555687434876e-5;
  above = (above * r + 0.0012426609473880784) * r + 0.026532189526576124;
  above = (above * r + 0.29656057182850487) * r + 1.7848265399172913;
  above = (above * r + 5.463784911164114) * r + 6.657904643501103;
  let below = 2.0442631033899397e-15 * r + 1.421511758316446e-7;
  below = (below * r + 1.8463183175100548e-5) * r + 0.0007868691311456133;
  below = (below * r + 0.014875361290850615) * r + 0.1369298809227358;
  below = (below * r + 0.599832206555888) * r + 1;
  return above / below;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** 2 to a power from 0 to 1023, exactly. */
function powerOfTwo(power: number): number {
  let result = 1;
  let square = 2;
  for (let bits = power; bits !== 0; bits >>>= 1) {
    if ((bits & 1) !== 0) result *= square;
    square *= square;
  }
  return result;
}
