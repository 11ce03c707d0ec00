//! Logarithms and powers that agree with Terraform to the last bit.
//!
//! These functions are not exact, and libraries round differently. Terraform's results are those of Go's
//! library on 64-bit x86 machines, so this file uses its methods: the logarithm of FreeBSD, a Taylor
//! series for the exponential (N. Shibata, ISC 2010), and powers by repeated squaring.

#![allow(
    clippy::excessive_precision,
    clippy::float_cmp,
    reason = "the digits are those of the Go source, and the special cases are exact"
)]

use std::f64::consts::FRAC_1_SQRT_2;

/// The bits of a float without sign and exponent.
const FRACTION: u64 = (1 << 52) - 1;

/// The natural logarithm. Subnormal numbers get a wrong logarithm in Terraform, and therefore here.
pub(super) fn log(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if !x.is_finite() {
        return x;
    }
    // x = mantissa × 2^power, with a mantissa around 1.
    let mut mantissa = f64::from_bits((x.to_bits() & FRACTION) | 0.5_f64.to_bits());
    let mut power = exponent_bits(x) - 0x3fe;
    if mantissa <= FRAC_1_SQRT_2 {
        mantissa *= 2.0;
        power -= 1;
    }
    let power = f64::from(power);
    let above = mantissa - 1.0;
    let s = above / (2.0 + above);
    let (square, fourth) = (s * s, s * s * (s * s));
    let odd = [
        0.666_666_666_666_673_5,
        0.285_714_287_436_623_9,
        0.181_835_721_616_180_5,
        0.147_981_986_051_165_86,
    ];
    let even = [
        0.399_999_999_994_094_2,
        0.222_221_984_321_497_84,
        0.153_138_376_992_093_73,
    ];
    let series = |terms: &[f64]| terms.iter().rev().fold(0.0, |sum, term| sum * fourth + term);
    let rest = square * series(&odd) + fourth * series(&even);
    let half = 0.5 * above * above;
    power * LN2_HIGH - ((half - (s * (half + rest) + power * LN2_LOW)) - above)
}

/// The exponential function.
fn exp(x: f64) -> f64 {
    const MAX: f64 = 709.782_712_893_384;
    const MIN: f64 = -746.0;
    const LN2_HIGH: f64 = 0.693_147_180_559_663;
    const LN2_LOW: f64 = 2.823_529_056_303_157_7e-13;
    if x > MAX {
        return f64::INFINITY;
    }
    if x < MIN {
        return 0.0;
    }
    let power = (x * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-power).mul_add(LN2_LOW, (-power).mul_add(LN2_HIGH, x)) * 0.0625;
    let terms = [
        0.000_198_412_698_412_698_4,
        0.001_388_888_888_888_889,
        0.008_333_333_333_333_333,
        0.041_666_666_666_666_664,
        0.166_666_666_666_666_66,
        0.5,
        1.0,
    ];
    let first = 2.480_158_730_158_73e-5_f64;
    let mut minus_one = rest * terms.iter().fold(first, |sum, term| sum.mul_add(rest, *term));
    // (1 + y)² − 1 = y (y + 2), three times; the fourth time adds the 1 again.
    for _ in 0..3 {
        minus_one *= minus_one + 2.0;
    }
    let value = (minus_one + 2.0).mul_add(minus_one, 1.0);
    if power <= -1023.0 {
        return 0.0;
    }
    if power >= 1024.0 {
        return f64::INFINITY;
    }
    value * power.exp2()
}

/// `x` to the power of `y`.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    let is = |number: f64, wanted: f64| number.to_bits() == wanted.to_bits();
    let size = y.abs();
    let (mut whole, mut fraction) = (size.trunc(), size.fract());
    let is_special = x == 0.0 || is(x, 1.0) || y == 0.0 || is(y, 1.0) || !x.is_finite() || !y.is_finite();
    // Nothing is rounded in these cases, so all libraries agree.
    if is_special || whole >= 9.2e18 || (fraction != 0.0 && x < 0.0) {
        return x.powf(y);
    }
    if is(y, 0.5) {
        return x.sqrt();
    }
    if is(y, -0.5) {
        return 1.0 / x.sqrt();
    }
    let (mut value, mut power) = (1.0, 0_i64);
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        value = exp(fraction * log(x));
    }
    let (mut base, base_power) = split(x);
    let mut base_power = i64::from(base_power);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the float is whole, positive and below 2⁶³"
    )]
    let mut remaining = whole as u64;
    while remaining != 0 {
        if base_power.abs() > 1 << 12 {
            power += base_power;
            break;
        }
        if remaining & 1 == 1 {
            value *= base;
            power += base_power;
        }
        base *= base;
        base_power *= 2;
        if base < 0.5 {
            base += base;
            base_power -= 1;
        }
        remaining >>= 1;
    }
    if y < 0.0 {
        value = 1.0 / value;
        power = -power;
    }
    scale(value, power)
}

/// The bits of the exponent of a positive number.
fn exponent_bits(x: f64) -> i32 {
    i32::try_from((x.to_bits() >> 52) & 0x7ff).unwrap_or_default()
}

/// Splits a number other than zero into a mantissa between 0.5 and 1 and a power of two.
fn split(x: f64) -> (f64, i32) {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    let (x, shift) = if x.abs() < f64::MIN_POSITIVE {
        (x * TWO_52, 52)
    } else {
        (x, 0)
    };
    let mantissa = f64::from_bits((x.to_bits() & !(0x7ff << 52)) | 0.5_f64.to_bits());
    (mantissa, exponent_bits(x) - 0x3fe - shift)
}

/// Multiplies a number by a power of two and rounds once.
fn scale(x: f64, power: i64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let (mantissa, own_power) = split(x);
    let exponent = power + i64::from(own_power) - 1;
    if exponent < -1075 {
        return 0.0_f64.copysign(x);
    }
    if exponent > 1023 {
        return f64::INFINITY.copysign(x);
    }
    // A subnormal result is computed from a number that is 2⁵³ times as large.
    let (exponent, factor) = if exponent < -1022 {
        (exponent + 53, 1.0 / 9_007_199_254_740_992.0)
    } else {
        (exponent, 1.0)
    };
    let bits = u64::try_from(exponent + 1023).unwrap_or_default() << 52;
    factor * f64::from_bits((mantissa.to_bits() & !(0x7ff << 52)) | bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_digits_agree_with_terraform() {
        assert_eq!(
            pow(3.0, 100.0).to_string(),
            "515377520732011400000000000000000000000000000000"
        );
        assert_eq!(
            (log(0.300_000_000_000_000_04) / log(3.0)).to_string(),
            "-1.0959032742893846"
        );
        assert_eq!((log(5e-324) / log(1.0 / 3.0)).to_string(), "645.441137903601");
    }
}
