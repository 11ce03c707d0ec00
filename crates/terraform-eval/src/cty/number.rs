//! Terraform's numbers: binary fractions of up to 512 bits. Nearly all of them are small integers, which are stored
//! and computed as such.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use float::Float;

mod decimal;
mod error;
mod float;
#[cfg(test)]
mod tests;

pub use decimal::Notation;
pub use error::NumberError;

/// A number. `PartialEq` is Terraform's `==`: the same integer, or the same decimal text.
#[derive(Debug, Clone)]
pub struct Number(Repr);

#[derive(Debug, Clone)]
enum Repr {
    /// An integer with its precision; never a negative zero.
    Small(i64, u16),
    Big(Arc<Float>),
}

/// The precision that cty gives to counts and indices (`cty.NumberIntVal`).
const COUNT_PRECISION: u16 = 64;

/// The precision of a machine float.
const FLOAT_PRECISION: u16 = 53;

impl Number {
    /// A length or an index as Terraform's functions return it, with 64 bits of precision.
    #[must_use]
    pub fn from_count(value: i64) -> Self {
        Self(Repr::Small(value, COUNT_PRECISION))
    }

    /// An integer as if parsed from decimal text, with 512 bits of precision.
    #[must_use]
    pub fn from_i64(value: i64) -> Self {
        Self(Repr::Small(value, decimal::TEXT_PRECISION))
    }

    /// A machine float (`cty.NumberFloatVal`), with 53 bits of precision; `None` for NaN, which cty rejects too.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Self::from_float(Float::infinity(value < 0.0, FLOAT_PRECISION)));
        }
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let biased = i64::try_from((bits >> 52) & 0x7ff).ok()?;
        let (mantissa, exponent) = if biased == 0 {
            (fraction, -1074)
        } else {
            (fraction | (1 << 52), biased - 1075)
        };
        let float = Float::new(
            value.is_sign_negative(),
            UBig::from(mantissa),
            exponent,
            FLOAT_PRECISION,
        );
        float.ok().map(Self::from_float)
    }

    /// Parses decimal text as `cty.ParseNumberVal` does, including `1.`, `.5`, `+5`, `1p3`, `inf`.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        // Eighteen digits always fit. Text with a sign may be a negative zero.
        let short = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
        if short && let Ok(value) = text.parse() {
            return Ok(Self::from_i64(value));
        }
        decimal::parse(text).map(Self::from_float)
    }

    /// Parses an integer in another base as Go's `big.Int` does: a sign, then digits of a base up to 62, where upper and
    /// lower case are the same digits up to base 36. The precision is 64 bits, or as many as the number needs.
    pub fn from_radix(text: &str, radix: u32) -> Result<Self, NumberError> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !(2..=62).contains(&radix) {
            return Err(NumberError::NotANumber);
        }
        let mut integer = UBig::ZERO;
        for byte in digits.bytes() {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'z' => byte - b'a' + 10,
                b'A'..=b'Z' if radix <= 36 => byte - b'A' + 10,
                b'A'..=b'Z' => byte - b'A' + 36,
                _ => return Err(NumberError::NotANumber),
            };
            if u32::from(digit) >= radix {
                return Err(NumberError::NotANumber);
            }
            integer = integer * radix + UBig::from(digit);
            if integer.bit_len() > usize::from(u16::MAX) {
                return Err(NumberError::OutOfRange);
            }
        }
        let bits = u16::try_from(integer.bit_len()).map_err(|_| NumberError::OutOfRange)?;
        let negative = text.starts_with('-') && integer != UBig::ZERO;
        let float = Float::new(negative, integer, 0, bits.max(COUNT_PRECISION))?;
        Ok(Self::from_float(float))
    }

    fn from_float(float: Float) -> Self {
        float
            .to_i64()
            .and_then(|value| Self::small(value, float.precision))
            .unwrap_or_else(|| Self(Repr::Big(Arc::new(float))))
    }

    /// The integer, if so many bits hold it and its neighbors. Otherwise it has to be rounded and prints with fewer
    /// digits.
    fn small(value: i64, precision: u16) -> Option<Self> {
        let fits = precision >= COUNT_PRECISION || value.unsigned_abs() < 1 << FLOAT_PRECISION;
        (fits && precision >= FLOAT_PRECISION).then_some(Self(Repr::Small(value, precision)))
    }

    fn float(&self) -> Arc<Float> {
        match &self.0 {
            Repr::Small(value, precision) => Arc::new(Float::from_i64(*value, *precision)),
            Repr::Big(float) => Arc::clone(float),
        }
    }

    fn precision(&self) -> u16 {
        match &self.0 {
            Repr::Small(_, precision) => *precision,
            Repr::Big(float) => float.precision,
        }
    }

    fn common_precision(&self, other: &Self) -> u16 {
        self.precision().max(other.precision())
    }

    fn small_pair(&self, other: &Self) -> Option<(i64, i64)> {
        match (&self.0, &other.0) {
            (Repr::Small(left, _), Repr::Small(right, _)) => Some((*left, *right)),
            _ => None,
        }
    }

    /// The sum; an error for opposing infinities.
    pub fn add(&self, other: &Self) -> Result<Self, NumberError> {
        const UNDEFINED: NumberError = NumberError::Undefined("can't compute sum of opposing infinities");
        let precision = self.common_precision(other);
        if let Some((left, right)) = self.small_pair(other)
            && let Some(sum) = left.checked_add(right)
            && let Some(sum) = Self::small(sum, precision)
        {
            return Ok(sum);
        }
        let sum = self.float().sum(&other.float(), precision)?;
        sum.map(Self::from_float).ok_or(UNDEFINED)
    }

    /// The difference; an error for equal infinities.
    pub fn sub(&self, other: &Self) -> Result<Self, NumberError> {
        const UNDEFINED: NumberError = NumberError::Undefined("can't subtract infinity from itself");
        let precision = self.common_precision(other);
        if let Some((left, right)) = self.small_pair(other)
            && let Some(difference) = left.checked_sub(right)
            && let Some(difference) = Self::small(difference, precision)
        {
            return Ok(difference);
        }
        let sum = self.float().sum(&other.float().negated(), precision)?;
        sum.map(Self::from_float).ok_or(UNDEFINED)
    }

    /// The product; an error for zero times infinity.
    pub(super) fn mul(&self, other: &Self) -> Result<Self, NumberError> {
        const UNDEFINED: NumberError = NumberError::Undefined("can't multiply zero by infinity");
        let precision = self.common_precision(other);
        if let Some((left, right)) = self.small_pair(other)
            && let Some(product) = left.checked_mul(right)
            && (product != 0 || (left >= 0 && right >= 0))
            && let Some(product) = Self::small(product, precision)
        {
            return Ok(product);
        }
        let product = self
            .float()
            .product(&other.float(), decimal::TEXT_PRECISION)?
            .ok_or(UNDEFINED)?;
        // cty widens the result as far as the product needs, up to the 512 bits it was computed with.
        let precision = precision.max(product.needed_precision());
        Ok(Self::from_float(product.with_precision(precision)?))
    }

    /// The quotient, infinite for a division by zero; an error for `0 / 0` and for infinities.
    pub(super) fn div(&self, other: &Self) -> Result<Self, NumberError> {
        const UNDEFINED: NumberError =
            NumberError::Undefined("can't divide zero by zero or infinity by infinity");
        let precision = self.common_precision(other);
        if let Some((left, right)) = self.small_pair(other)
            && left != 0
            && left.checked_rem(right) == Some(0)
            && let Some(quotient) = left.checked_div(right)
            && let Some(quotient) = Self::small(quotient, precision)
        {
            return Ok(quotient);
        }
        let quotient = self.float().quotient(&other.float(), precision)?;
        quotient.map(Self::from_float).ok_or(UNDEFINED)
    }

    /// The remainder of the truncated division; the number itself for `% 0`.
    pub(super) fn rem(&self, other: &Self) -> Result<Self, NumberError> {
        const UNDEFINED: NumberError = NumberError::Undefined("can't use modulo with zero and infinity");
        let precision = self.common_precision(other);
        if let Some((left, right)) = self.small_pair(other)
            && let Some(remainder) = left.checked_rem(right)
            && let Some(remainder) = Self::small(remainder, self.precision())
        {
            return Ok(remainder);
        }
        if other.sign() == 0 {
            return Ok(self.clone());
        }
        let (left, right) = (self.float(), other.float());
        let quotient = left.quotient(&right, precision)?.ok_or(UNDEFINED)?;
        let (integer, _) = quotient.truncated().ok_or(UNDEFINED)?;
        let integer = Float::new(
            quotient.negative && integer != UBig::ZERO,
            integer,
            0,
            left.precision,
        )?;
        let product = right.product(&integer, left.precision)?.ok_or(UNDEFINED)?;
        let remainder = left.sum(&product.negated(), left.precision)?;
        remainder.map(Self::from_float).ok_or(UNDEFINED)
    }

    /// The number with the opposite sign; zero becomes Terraform's `-0`.
    #[must_use]
    pub fn neg(&self) -> Self {
        match &self.0 {
            Repr::Small(value, precision) if *value != 0 && *value != i64::MIN => {
                Self(Repr::Small(-value, *precision))
            }
            _ => Self::from_float(self.float().negated()),
        }
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        match self.float() {
            float if float.negative => Self::from_float(float.negated()),
            _ => self.clone(),
        }
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn sign(&self) -> i8 {
        match &self.0 {
            Repr::Small(value, _) => i8::try_from(value.signum()).unwrap_or(0),
            Repr::Big(float) => float.sign(),
        }
    }

    /// Whether the number is infinite, which only a division by zero and `inf` are.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        matches!(&self.0, Repr::Big(float) if float.is_infinite())
    }

    /// Whether the number is an integer.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small(..) => true,
            Repr::Big(float) => float.is_integer(),
        }
    }

    /// The number as a machine integer, if it is one exactly.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(value, _) => Some(*value),
            Repr::Big(float) if float.is_zero() => Some(0),
            Repr::Big(float) => float.to_i64(),
        }
    }

    /// The number as an index of a sequence, if it is one.
    #[must_use]
    pub fn to_index(&self) -> Option<usize> {
        self.to_i64().and_then(|value| usize::try_from(value).ok())
    }

    /// The nearest machine float.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // Parsing the shortest digits rounds once more than Go does, which can change the last bit.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number rounded towards zero; infinity stays infinite.
    #[must_use]
    pub fn truncate(&self) -> Self {
        self.rounded(|_| false)
    }

    /// The largest integer that is not greater than the number.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.rounded(|negative| negative)
    }

    /// The smallest integer that is not less than the number.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.rounded(|negative| !negative)
    }

    /// Rounds towards zero, or away from it if `away` is true for the sign.
    fn rounded(&self, away: impl Fn(bool) -> bool) -> Self {
        let Repr::Big(float) = &self.0 else {
            return self.clone();
        };
        let Some((mut integer, was_cut)) = float.truncated() else {
            return self.clone();
        };
        if was_cut && away(float.negative) {
            integer += UBig::ONE;
        }
        // Go's big.Int has no negative zero.
        let negative = float.negative && integer != UBig::ZERO;
        Float::new(negative, integer, 0, float.precision).map_or_else(|_| self.clone(), Self::from_float)
    }

    /// Compares the numbers by value.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match self.small_pair(other) {
            Some((left, right)) => left.cmp(&right),
            None => self.float().compare(&other.float()),
        }
    }

    /// The number in a notation of `printf`, with so many digits after the point.
    #[must_use]
    pub fn in_notation(&self, notation: Notation, digits: Option<usize>) -> String {
        decimal::in_notation(&self.float(), notation, digits)
    }

    /// The digits of an integer in a base of up to 36, without a sign; `None` for a fraction.
    #[must_use]
    pub fn digits_in_base(&self, base: u8) -> Option<String> {
        if !self.is_integer() {
            return None;
        }
        let (magnitude, _) = self.float().truncated()?;
        Some(magnitude.in_radix(base).to_string())
    }

    /// The text by which cty compares elements of sets, with at most ten digits.
    #[must_use]
    pub(super) fn sort_text(&self) -> String {
        match &self.0 {
            Repr::Small(value, _) if value.unsigned_abs() < 10_000_000_000 => value.to_string(),
            _ => decimal::general(&self.float()),
        }
    }
}

/// The shortest decimal that reads back as the same number, never with an exponent: what Terraform
/// puts into strings and JSON.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(value, _) => write!(f, "{value}"),
            Repr::Big(float) => f.write_str(&decimal::shortest(float)),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        if let Some((left, right)) = self.small_pair(other) {
            return left == right;
        }
        if self.sign() != other.sign() || self.is_integer() != other.is_integer() {
            return false;
        }
        let same = self.compare(other) == Ordering::Equal;
        if self.is_integer() || same && self.precision() == other.precision() {
            return same;
        }
        // Fractions are equal where their text is: that makes `0.1 + 0.2 == 0.3` true.
        self.to_string() == other.to_string()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::from_i64(value)
    }
}
