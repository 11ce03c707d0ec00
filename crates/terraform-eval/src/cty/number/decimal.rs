//! Parsing and printing of decimal text, with the same digits as Go's `big.Float`.

use std::fmt::Write as _;

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::error::NumberError;
use super::float::{Float, MAX_EXPONENT, Magnitude};

/// Text with more digits is rejected before it is parsed.
const MAX_DIGITS: usize = 100_000;

/// The exponent range of `big.Float`: beyond it a number is infinite or zero.
const MAX_GO_EXPONENT: i64 = 1 << 31;

/// The precision of every number that is parsed from text (`cty.ParseNumberVal`).
pub(super) const TEXT_PRECISION: u16 = 512;

/// The parts of a decimal numeral.
struct Numeral<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    /// The exponent and whether it counts powers of ten (`e`) or of two (`p`).
    exponent: Option<(i64, bool)>,
}

fn split(text: &str) -> Option<Numeral<'_>> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, exponent) = match rest.find(['e', 'E', 'p', 'P']) {
        None => (rest, None),
        Some(at) => {
            let decimal = matches!(rest.as_bytes()[at], b'e' | b'E');
            let exponent = &rest[at + 1..];
            let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            (&rest[..at], Some((exponent.parse().ok()?, decimal)))
        }
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty()
        || !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    Some(Numeral {
        negative,
        whole,
        fraction,
        exponent,
    })
}

/// Parses a number as `big.ParseFloat(text, 10, 512, ToNearestEven)` does.
pub(super) fn parse(text: &str) -> Result<Float, NumberError> {
    match text {
        "inf" | "Inf" | "+inf" | "+Inf" => return Ok(Float::infinity(false, TEXT_PRECISION)),
        "-inf" | "-Inf" => return Ok(Float::infinity(true, TEXT_PRECISION)),
        _ => {}
    }
    let numeral = split(text).ok_or(NumberError::NotANumber)?;
    if numeral.whole.len() + numeral.fraction.len() > MAX_DIGITS {
        return Err(NumberError::OutOfRange);
    }
    let digits = [numeral.whole, numeral.fraction].concat();
    let mantissa = UBig::from_str_radix(&digits, 10).map_err(|_| NumberError::NotANumber)?;
    let negative = numeral.negative;
    if mantissa == UBig::ZERO {
        return Ok(Float::zero(negative, TEXT_PRECISION));
    }
    let fraction = i64::try_from(numeral.fraction.len()).map_err(|_| NumberError::OutOfRange)?;
    let (tens, twos) = match numeral.exponent {
        None => (-fraction, -fraction),
        Some((exponent, true)) => (
            exponent.saturating_sub(fraction),
            exponent.saturating_sub(fraction),
        ),
        Some((exponent, false)) => (-fraction, exponent.saturating_sub(fraction)),
    };
    let bits = i64::try_from(mantissa.bit_len()).map_err(|_| NumberError::OutOfRange)?;
    if twos.saturating_add(bits).abs() >= MAX_GO_EXPONENT {
        return Err(NumberError::NotANumber);
    }
    // The power of two above the number: log2(5) is a little more than 2.32192.
    let top = bits + twos + tens.saturating_mul(232_192) / 100_000;
    if top >= MAX_GO_EXPONENT {
        return Ok(Float::infinity(negative, TEXT_PRECISION));
    }
    if top <= -MAX_GO_EXPONENT {
        return Ok(Float::zero(negative, TEXT_PRECISION));
    }
    if top.abs() > MAX_EXPONENT || tens.abs() > MAX_EXPONENT / 2 {
        return Err(NumberError::OutOfRange);
    }
    if tens == 0 {
        return Ok(Float::new(negative, mantissa, twos, TEXT_PRECISION)?);
    }
    let exact = u16::try_from(bits).map_err(|_| NumberError::OutOfRange);
    let scaled = Float::new(negative, mantissa, twos, exact?.max(TEXT_PRECISION))?;
    let power = power_of_five(tens.unsigned_abs(), TEXT_PRECISION + 64)?;
    let result = if tens < 0 {
        scaled.quotient(&power, TEXT_PRECISION)
    } else {
        scaled.product(&power, TEXT_PRECISION)
    };
    result?.ok_or(NumberError::NotANumber)
}

/// `5^exponent`. Large powers are rounded in the same steps as in Go, because the last bit of the result can depend
/// on them.
fn power_of_five(exponent: u64, precision: u16) -> Result<Float, NumberError> {
    const EXACT: u64 = 27;
    let start = u32::try_from(exponent.min(EXACT)).unwrap_or(0);
    let mut power = Float::new(false, UBig::from(5_u64.pow(start)), 0, precision)?;
    let mut rest = exponent - u64::from(start);
    let mut factor = Float::new(false, UBig::from(5_u8), 0, precision + 64)?;
    while rest > 0 {
        if rest & 1 == 1 {
            power = power
                .product(&factor, precision)?
                .ok_or(NumberError::OutOfRange)?;
        }
        rest >>= 1;
        if rest > 0 {
            factor = factor
                .product(&factor, precision + 64)?
                .ok_or(NumberError::OutOfRange)?;
        }
    }
    Ok(power)
}

/// Decimal digits without trailing zeros; the value is `0.digits * 10^point`.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// The exact digits of `mantissa * 2^exponent`.
    fn new(mantissa: &UBig, exponent: i64) -> Self {
        let shift = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        let (integer, decimals) = if exponent >= 0 {
            (mantissa << shift, 0)
        } else {
            (mantissa * UBig::from(5_u8).pow(shift), exponent.abs())
        };
        let digits = integer.to_string().into_bytes();
        let point = i64::try_from(digits.len()).unwrap_or(i64::MAX) - decimals;
        let mut decimal = Self { digits, point };
        decimal.trim();
        decimal
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
    }

    fn at(&self, index: usize) -> u8 {
        self.digits.get(index).copied().unwrap_or(b'0')
    }

    fn round_down(&mut self, length: usize) {
        self.digits.truncate(length);
        self.trim();
    }

    fn round_up(&mut self, length: usize) {
        self.digits.truncate(length);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        if let Some(last) = self.digits.last_mut() {
            *last += 1;
        } else {
            self.digits.push(b'1');
            self.point += 1;
        }
    }

    /// Rounds to `length` digits, half to even.
    fn round(&mut self, length: usize) {
        let Some(&next) = self.digits.get(length) else {
            return;
        };
        let halfway = next == b'5' && self.digits.len() == length + 1;
        let up = if halfway {
            length > 0 && self.at(length - 1) % 2 == 1
        } else {
            next >= b'5'
        };
        if up {
            self.round_up(length);
        } else {
            self.round_down(length);
        }
    }

    /// Digits with a point and no exponent.
    fn plain(&self, out: &mut String) {
        let point = usize::try_from(self.point).unwrap_or(0);
        if point == 0 {
            out.push('0');
        }
        out.extend((0..point).map(|index| char::from(self.at(index))));
        if point < self.digits.len() {
            out.push('.');
            out.extend((self.point..0).map(|_| '0'));
            out.extend(self.digits[point..].iter().map(|&digit| char::from(digit)));
        }
    }

    /// Digits with a point and so many digits after it.
    fn fixed_with(&self, decimals: i64, out: &mut String) {
        let digit = |index: i64| {
            let index = usize::try_from(index).ok();
            char::from(index.map_or(b'0', |index| self.at(index)))
        };
        if self.point <= 0 || self.digits.is_empty() {
            out.push('0');
        } else {
            out.extend((0..self.point).map(digit));
        }
        if decimals > 0 {
            out.push('.');
            out.extend((0..decimals).map(|index| digit(self.point.saturating_add(index))));
        }
    }

    /// One digit before the point, so many decimals it, and an exponent of at least two digits.
    fn scientific_with(&self, decimals: i64, out: &mut String) {
        out.push(char::from(self.at(0)));
        if decimals > 0 {
            out.push('.');
            let decimals = usize::try_from(decimals).unwrap_or(0);
            out.extend((1..=decimals).map(|index| char::from(self.at(index))));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        // Writing to a string cannot fail.
        let _ = write!(out, "e{sign}{:02}", exponent.abs());
    }

    /// One digit before the point and an exponent of at least two digits.
    fn scientific(&self, out: &mut String) {
        out.push(char::from(self.at(0)));
        if self.digits.len() > 1 {
            out.push('.');
            out.extend(self.digits[1..].iter().map(|&digit| char::from(digit)));
        }
        let exponent = self.point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        // Writing to a string cannot fail.
        let _ = write!(out, "e{sign}{:02}", exponent.abs());
    }
}

/// Writes the sign and special values. Returns mantissa and exponent if digits have to follow.
fn write_sign<'a>(number: &'a Float, out: &mut String) -> Option<(&'a UBig, i64)> {
    if number.negative {
        out.push('-');
    } else if number.is_infinite() {
        out.push('+');
    }
    match &number.magnitude {
        Magnitude::Zero => out.push('0'),
        Magnitude::Infinite => out.push_str("Inf"),
        Magnitude::Finite { mantissa, exponent } => return Some((mantissa, *exponent)),
    }
    None
}

/// The shortest digits that parse to the same number at its precision, without an exponent
/// (`Text('f', -1)`).
pub(super) fn shortest(number: &Float) -> String {
    let mut out = String::new();
    if let Some((mantissa, exponent)) = write_sign(number, &mut out) {
        shortest_digits(mantissa, exponent, number.precision).plain(&mut out);
    }
    out
}

fn shortest_digits(mantissa: &UBig, exponent: i64, precision: u16) -> Decimal {
    let mut decimal = Decimal::new(mantissa, exponent);
    // The bounds to the neighbors are half a unit in the last place away, which takes one more bit.
    let spare = (usize::from(precision) + 1).saturating_sub(mantissa.bit_len());
    let scaled = mantissa << spare;
    let exponent = exponent - i64::try_from(spare).unwrap_or(0);
    let inclusive = !scaled.bit(1);
    let lower = Decimal::new(&(&scaled - UBig::ONE), exponent);
    let upper = Decimal::new(&(&scaled + UBig::ONE), exponent);
    for index in 0..decimal.digits.len() {
        let (low, digit, high) = (lower.at(index), decimal.at(index), upper.at(index));
        let down = low != digit || inclusive && index + 1 == lower.digits.len();
        let up = digit != high && (inclusive || digit + 1 < high || index + 1 < upper.digits.len());
        match (down, up) {
            (true, true) => decimal.round(index + 1),
            (true, false) => decimal.round_down(index + 1),
            (false, true) => decimal.round_up(index + 1),
            (false, false) => continue,
        }
        break;
    }
    decimal
}

/// A number format of `printf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `%e`: one digit before the point, and an exponent.
    Scientific,
    /// `%f`: no exponent.
    Fixed,
    /// `%g`: an exponent for large and small numbers, and no trailing zeros.
    General,
}

/// The number in a notation, with so many digits after the point, or so many significant digits for
/// [`Notation::General`]. `None` means as few digits as identify the number (`Text` of `big.Float`).
pub(super) fn in_notation(number: &Float, notation: Notation, digits: Option<usize>) -> String {
    let mut out = String::new();
    if number.negative {
        out.push('-');
    } else if number.is_infinite() {
        out.push('+');
    }
    let mut decimal = match &number.magnitude {
        Magnitude::Infinite => {
            out.push_str("Inf");
            return out;
        }
        Magnitude::Zero => Decimal {
            digits: Vec::new(),
            point: 0,
        },
        Magnitude::Finite { mantissa, exponent } => match digits {
            None => shortest_digits(mantissa, *exponent, number.precision),
            Some(_) => Decimal::new(mantissa, *exponent),
        },
    };
    let length = |decimal: &Decimal| i64::try_from(decimal.digits.len()).unwrap_or(i64::MAX);
    let wanted = digits.map(|digits| i64::try_from(digits).unwrap_or(i64::MAX));
    match notation {
        Notation::Scientific => {
            if let Some(digits) = digits {
                decimal.round(digits.saturating_add(1));
            }
            let decimals = wanted.unwrap_or((length(&decimal) - 1).max(0));
            decimal.scientific_with(decimals, &mut out);
        }
        Notation::Fixed => {
            if let Some(wanted) = wanted {
                match usize::try_from(decimal.point.saturating_add(wanted)) {
                    Ok(length) => decimal.round(length),
                    Err(_) => decimal.digits.clear(),
                }
            }
            let decimals = wanted.unwrap_or((length(&decimal) - decimal.point).max(0));
            decimal.fixed_with(decimals, &mut out);
        }
        Notation::General => {
            let significant = digits.map(|digits| digits.max(1));
            if let Some(significant) = significant {
                decimal.round(significant);
            }
            let length = length(&decimal);
            let mut threshold = match significant {
                None => 6,
                Some(digits) => i64::try_from(digits).unwrap_or(i64::MAX),
            };
            if significant.is_some() && threshold > length && length >= decimal.point {
                threshold = length;
            }
            let exponent = decimal.point - 1;
            if exponent < -4 || exponent >= threshold {
                decimal.scientific_with((length - 1).max(0), &mut out);
            } else {
                decimal.fixed_with((length - decimal.point).max(0), &mut out);
            }
        }
    }
    out
}

/// Ten significant digits, with an exponent for large and small numbers (`Text('g', 10)`). By this text cty orders
/// elements of sets that contain numbers.
pub(super) fn general(number: &Float) -> String {
    const DIGITS: usize = 10;
    let mut out = String::new();
    let Some((mantissa, exponent)) = write_sign(number, &mut out) else {
        return out;
    };
    let mut decimal = Decimal::new(mantissa, exponent);
    decimal.round(DIGITS);
    let length = i64::try_from(decimal.digits.len()).unwrap_or(i64::MAX);
    let threshold = if decimal.digits.len() < DIGITS && length >= decimal.point {
        length
    } else {
        10
    };
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= threshold {
        decimal.scientific(&mut out);
    } else {
        decimal.plain(&mut out);
    }
    out
}
