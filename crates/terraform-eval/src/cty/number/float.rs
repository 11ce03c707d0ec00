//! Binary fractions of bounded precision: an integer times a power of two, rounded half to even.
//!
//! Terraform computes with Go's `big.Float`, whose results depend on the precision of each number: 512 bits if it was
//! parsed from decimal text, 64 if it is a count such as `length(…)`.

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::{BitTest as _, DivRem as _};

/// The maximum magnitude of the binary exponent of a finite number (about 10^78,000). Terraform supports more, but a
/// number of that size is an attempt to exhaust memory.
pub(super) const MAX_EXPONENT: i64 = 1 << 18;

/// A number with its sign, magnitude and precision.
#[derive(Debug, Clone)]
pub(super) struct Float {
    pub(super) negative: bool,
    pub(super) magnitude: Magnitude,
    pub(super) precision: u16,
}

/// The magnitude of a number, without its sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Magnitude {
    Zero,
    /// `mantissa * 2^exponent`, the mantissa odd, so that equal numbers have equal parts.
    Finite {
        mantissa: UBig,
        exponent: i64,
    },
    Infinite,
}

/// The exponent of the result exceeds [`MAX_EXPONENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfRange;

/// Rounds `mantissa * 2^exponent` to `precision` bits, half to even; `more` tells that the exact
/// value is slightly larger than the mantissa.
fn rounded(mantissa: UBig, exponent: i64, more: bool, precision: u16) -> Result<Magnitude, OutOfRange> {
    if mantissa == UBig::ZERO {
        return Ok(Magnitude::Zero);
    }
    let excess = mantissa.bit_len().saturating_sub(usize::from(precision));
    let (mut mantissa, mut exponent, excess_bits) = if excess == 0 {
        (mantissa, exponent, 0)
    } else {
        let half = mantissa.bit(excess - 1);
        let rest = more || mantissa.trailing_zeros().is_some_and(|zeros| zeros < excess - 1);
        let mut rounded = mantissa >> excess;
        if half && (rest || rounded.bit(0)) {
            rounded += UBig::ONE;
        }
        (rounded, exponent, i64::try_from(excess).map_err(|_| OutOfRange)?)
    };
    exponent = exponent.checked_add(excess_bits).ok_or(OutOfRange)?;
    let zeros = mantissa.trailing_zeros().unwrap_or(0);
    if zeros > 0 {
        mantissa >>= zeros;
        exponent += i64::try_from(zeros).map_err(|_| OutOfRange)?;
    }
    let top = exponent + i64::try_from(mantissa.bit_len()).map_err(|_| OutOfRange)?;
    if top.abs() > MAX_EXPONENT {
        return Err(OutOfRange);
    }
    Ok(Magnitude::Finite { mantissa, exponent })
}

fn shifted(mantissa: &UBig, by: i64) -> UBig {
    mantissa << usize::try_from(by).unwrap_or(0)
}

impl Float {
    /// Zero with a sign.
    pub(super) fn zero(negative: bool, precision: u16) -> Self {
        Self {
            negative,
            magnitude: Magnitude::Zero,
            precision,
        }
    }

    /// Infinity with a sign.
    pub(super) fn infinity(negative: bool, precision: u16) -> Self {
        Self {
            negative,
            magnitude: Magnitude::Infinite,
            precision,
        }
    }

    /// `mantissa * 2^exponent`, rounded.
    pub(super) fn new(
        negative: bool,
        mantissa: UBig,
        exponent: i64,
        precision: u16,
    ) -> Result<Self, OutOfRange> {
        Self::approximate(negative, mantissa, exponent, false, precision)
    }

    fn approximate(
        negative: bool,
        mantissa: UBig,
        exponent: i64,
        more: bool,
        precision: u16,
    ) -> Result<Self, OutOfRange> {
        Ok(Self {
            negative,
            magnitude: rounded(mantissa, exponent, more, precision)?,
            precision,
        })
    }

    /// An integer, which 64 bits hold exactly.
    pub(super) fn from_i64(value: i64, precision: u16) -> Self {
        let mantissa = UBig::from(value.unsigned_abs());
        let magnitude = match mantissa.trailing_zeros() {
            None => Magnitude::Zero,
            Some(zeros) => Magnitude::Finite {
                mantissa: mantissa >> zeros,
                exponent: i64::try_from(zeros).unwrap_or(0),
            },
        };
        Self {
            negative: value < 0,
            magnitude,
            precision,
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.magnitude == Magnitude::Zero
    }

    pub(super) fn is_infinite(&self) -> bool {
        self.magnitude == Magnitude::Infinite
    }

    /// Whether the number is an integer.
    pub(super) fn is_integer(&self) -> bool {
        match &self.magnitude {
            Magnitude::Zero => true,
            Magnitude::Finite { exponent, .. } => *exponent >= 0,
            Magnitude::Infinite => false,
        }
    }

    /// The magnitude rounded towards zero, and whether that changed it; `None` for infinity.
    pub(super) fn truncated(&self) -> Option<(UBig, bool)> {
        match &self.magnitude {
            Magnitude::Zero => Some((UBig::ZERO, false)),
            Magnitude::Finite { mantissa, exponent } if *exponent >= 0 => {
                Some((shifted(mantissa, *exponent), false))
            }
            Magnitude::Finite { mantissa, exponent } => {
                Some((mantissa >> usize::try_from(-exponent).ok()?, true))
            }
            Magnitude::Infinite => None,
        }
    }

    /// The number as a machine integer, if it is one. A negative zero is not, because it would lose its sign.
    pub(super) fn to_i64(&self) -> Option<i64> {
        if self.is_zero() {
            return (!self.negative).then_some(0);
        }
        if !self.is_integer() {
            return None;
        }
        let (integer, _) = self.truncated()?;
        let integer = i128::try_from(integer).ok()?;
        i64::try_from(if self.negative { -integer } else { integer }).ok()
    }

    pub(super) fn negated(&self) -> Self {
        Self {
            negative: !self.negative,
            ..self.clone()
        }
    }

    /// The same number at another precision.
    pub(super) fn with_precision(&self, precision: u16) -> Result<Self, OutOfRange> {
        match &self.magnitude {
            Magnitude::Finite { mantissa, exponent } => {
                Self::new(self.negative, mantissa.clone(), *exponent, precision)
            }
            other => Ok(Self {
                negative: self.negative,
                magnitude: other.clone(),
                precision,
            }),
        }
    }

    /// The number of bits that hold the number exactly.
    pub(super) fn needed_precision(&self) -> u16 {
        match &self.magnitude {
            Magnitude::Finite { mantissa, .. } => u16::try_from(mantissa.bit_len()).unwrap_or(u16::MAX),
            _ => 0,
        }
    }

    /// The sum, rounded to `precision`; `None` for opposing infinities.
    pub(super) fn sum(&self, other: &Self, precision: u16) -> Result<Option<Self>, OutOfRange> {
        use Magnitude::{Finite, Infinite, Zero};
        let sum = match (&self.magnitude, &other.magnitude) {
            (Infinite, Infinite) if self.negative != other.negative => return Ok(None),
            (Infinite, _) => Self::infinity(self.negative, precision),
            (_, Infinite) => Self::infinity(other.negative, precision),
            (Zero, Zero) => Self::zero(self.negative && other.negative, precision),
            (Zero, _) => other.with_precision(precision)?,
            (_, Zero) => self.with_precision(precision)?,
            (
                Finite {
                    mantissa: left,
                    exponent: left_exponent,
                },
                Finite {
                    mantissa: right,
                    exponent: right_exponent,
                },
            ) => {
                let exponent = *left_exponent.min(right_exponent);
                let left = shifted(left, left_exponent - exponent);
                let right = shifted(right, right_exponent - exponent);
                if self.negative == other.negative {
                    Self::new(self.negative, left + right, exponent, precision)?
                } else {
                    match left.cmp(&right) {
                        Ordering::Equal => Self::zero(false, precision),
                        Ordering::Greater => Self::new(self.negative, left - right, exponent, precision)?,
                        Ordering::Less => Self::new(other.negative, right - left, exponent, precision)?,
                    }
                }
            }
        };
        Ok(Some(sum))
    }

    /// The product, rounded to `precision`; `None` for zero times infinity.
    pub(super) fn product(&self, other: &Self, precision: u16) -> Result<Option<Self>, OutOfRange> {
        use Magnitude::{Finite, Infinite, Zero};
        let negative = self.negative != other.negative;
        Ok(match (&self.magnitude, &other.magnitude) {
            (Zero, Infinite) | (Infinite, Zero) => None,
            (Infinite, _) | (_, Infinite) => Some(Self::infinity(negative, precision)),
            (Zero, _) | (_, Zero) => Some(Self::zero(negative, precision)),
            (
                Finite {
                    mantissa: left,
                    exponent: left_exponent,
                },
                Finite {
                    mantissa: right,
                    exponent: right_exponent,
                },
            ) => Some(Self::new(
                negative,
                left * right,
                left_exponent + right_exponent,
                precision,
            )?),
        })
    }

    /// The quotient, rounded to `precision`; `None` for zero by zero and infinity by infinity.
    pub(super) fn quotient(&self, other: &Self, precision: u16) -> Result<Option<Self>, OutOfRange> {
        use Magnitude::{Finite, Infinite, Zero};
        let negative = self.negative != other.negative;
        Ok(match (&self.magnitude, &other.magnitude) {
            (Zero, Zero) | (Infinite, Infinite) => None,
            (Zero, _) | (_, Infinite) => Some(Self::zero(negative, precision)),
            (Infinite, _) | (_, Zero) => Some(Self::infinity(negative, precision)),
            (
                Finite {
                    mantissa: left,
                    exponent: left_exponent,
                },
                Finite {
                    mantissa: right,
                    exponent: right_exponent,
                },
            ) => {
                // Two additional bits, so that of the remainder only matters whether it is zero.
                let wanted = usize::from(precision) + 2 + right.bit_len();
                let shift = wanted.saturating_sub(left.bit_len());
                let (quotient, remainder) = (left << shift).div_rem(right);
                let exponent =
                    left_exponent - right_exponent - i64::try_from(shift).map_err(|_| OutOfRange)?;
                let more = remainder != UBig::ZERO;
                Some(Self::approximate(negative, quotient, exponent, more, precision)?)
            }
        })
    }

    /// Compares two numbers; the two zeros are equal.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self.sign(), other.sign()) {
            (left, right) if left != right => left.cmp(&right),
            (0, _) => Ordering::Equal,
            (sign, _) => {
                let order = self.magnitude.compare(&other.magnitude);
                if sign < 0 { order.reverse() } else { order }
            }
        }
    }

    /// -1, 0 or 1.
    pub(super) fn sign(&self) -> i8 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl Magnitude {
    fn compare(&self, other: &Self) -> Ordering {
        use Magnitude::{Finite, Infinite, Zero};
        match (self, other) {
            (Zero, Zero) | (Infinite, Infinite) => Ordering::Equal,
            (Zero, _) | (_, Infinite) => Ordering::Less,
            (_, Zero) | (Infinite, _) => Ordering::Greater,
            (
                Finite {
                    mantissa: left,
                    exponent: left_exponent,
                },
                Finite {
                    mantissa: right,
                    exponent: right_exponent,
                },
            ) => {
                let top = |mantissa: &UBig, exponent: i64| {
                    exponent + i64::try_from(mantissa.bit_len()).unwrap_or(0)
                };
                top(left, *left_exponent)
                    .cmp(&top(right, *right_exponent))
                    .then_with(|| {
                        let exponent = *left_exponent.min(right_exponent);
                        shifted(left, left_exponent - exponent)
                            .cmp(&shifted(right, right_exponent - exponent))
                    })
            }
        }
    }
}
