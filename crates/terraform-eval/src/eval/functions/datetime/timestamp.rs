//! Timestamps as Go's package `time` parses and prints them.

use std::fmt;

/// A point in time, with the UTC offset of its source in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timestamp {
    /// Seconds since 1970.
    pub(super) seconds: i64,
    pub(super) nanoseconds: u32,
    pub(super) offset: i64,
}

/// The local date and time of a timestamp.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    /// 0 is Sunday.
    pub(super) weekday: i64,
}

/// An accepted format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 3339 without exceptions.
    Strict,
    /// RFC 3339 as Go's `time.Parse` accepts it.
    Lenient,
    /// YAML with a `T` or `t` before the time; numbers may have one digit.
    Short(char),
    /// YAML with a space before the time and without an offset.
    Spaced,
    /// YAML with a date only.
    Date,
}

const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// Parses a timestamp; the error names the part that is wrong.
    pub(super) fn parse(text: &str, format: Format) -> Result<Self, String> {
        Reader { rest: text }
            .timestamp(format)
            .map_err(|part| format!("not a valid RFC3339 timestamp: cannot use {text:?}: wrong {part}"))
    }

    /// Parses a timestamp in one of the formats of YAML.
    pub(crate) fn parse_yaml(text: &str) -> Option<Self> {
        let year_length = text.bytes().take_while(u8::is_ascii_digit).count();
        if year_length != 4 || text.as_bytes().get(4) != Some(&b'-') {
            return None;
        }
        [
            Format::Short('T'),
            Format::Short('t'),
            Format::Spaced,
            Format::Date,
        ]
        .into_iter()
        .find_map(|format| Self::parse(text, format).ok())
    }

    /// The local date and time.
    pub(super) fn clock(self) -> Clock {
        let local = self.seconds + self.offset;
        let (days, rest) = (
            local.div_euclid(SECONDS_PER_DAY),
            local.rem_euclid(SECONDS_PER_DAY),
        );
        let (year, month, day) = date_from_days(days);
        Clock {
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: (days + 4).rem_euclid(7),
        }
    }

    /// Adds nanoseconds.
    pub(super) fn add(self, nanoseconds: i64) -> Self {
        const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;
        let sum = i64::from(self.nanoseconds) + nanoseconds.rem_euclid(NANOSECONDS_PER_SECOND);
        Self {
            seconds: self.seconds
                + nanoseconds.div_euclid(NANOSECONDS_PER_SECOND)
                + sum / NANOSECONDS_PER_SECOND,
            nanoseconds: u32::try_from(sum % NANOSECONDS_PER_SECOND).unwrap_or(0),
            offset: self.offset,
        }
    }

    /// The UTC offset in hours and minutes, with a separator.
    pub(super) fn offset_text(self, separator: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }
}

/// RFC 3339 without fractions of a second.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = self.clock();
        let sign = if clock.year < 0 { "-" } else { "" };
        write!(
            f,
            "{sign}{:04}-{:02}-{:02}",
            clock.year.abs(),
            clock.month,
            clock.day
        )?;
        write!(f, "T{:02}:{:02}:{:02}", clock.hour, clock.minute, clock.second)?;
        if self.offset == 0 {
            f.write_str("Z")
        } else {
            f.write_str(&self.offset_text(":"))
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn timestamp(&mut self, format: Format) -> Result<Timestamp, &'static str> {
        let is_yaml = !matches!(format, Format::Strict | Format::Lenient);
        let min_digits = if is_yaml { 1 } else { 2 };
        let year = self.digits(4, 4).ok_or("year")?;
        self.expect('-').ok_or("date")?;
        let month = self.digits(min_digits, 2).ok_or("month")?;
        self.expect('-').ok_or("date")?;
        let day = self.digits(min_digits, 2).ok_or("day of month")?;
        if !(1..=12).contains(&month) {
            return Err("month");
        }
        if day < 1 || day > days_in(year, month) {
            return Err("day of month");
        }
        let mut timestamp = Timestamp {
            seconds: days_from_date(year, month, day) * SECONDS_PER_DAY,
            nanoseconds: 0,
            offset: 0,
        };
        if format != Format::Date {
            let character = match format {
                Format::Short(character) => character,
                Format::Spaced => ' ',
                _ => 'T',
            };
            self.expect(character).ok_or("time introducer")?;
            let min_hour_digits = if format == Format::Strict { 2 } else { 1 };
            let hour = self
                .digits(min_hour_digits, 2)
                .filter(|&hour| hour < 24)
                .ok_or("hour")?;
            self.expect(':').ok_or("time")?;
            let minute = self
                .digits(min_digits, 2)
                .filter(|&minute| minute < 60)
                .ok_or("minute")?;
            self.expect(':').ok_or("time")?;
            let second = self
                .digits(min_digits, 2)
                .filter(|&second| second < 60)
                .ok_or("second")?;
            timestamp.nanoseconds = self.fraction(format == Format::Strict);
            if format != Format::Spaced {
                timestamp.offset = self.offset(format == Format::Strict).ok_or("UTC offset")?;
            }
            timestamp.seconds += hour * 3600 + minute * 60 + second - timestamp.offset;
        }
        if self.rest.is_empty() {
            Ok(timestamp)
        } else {
            Err("end: there is extra text")
        }
    }

    fn expect(&mut self, character: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(character)?;
        Some(())
    }

    fn digits(&mut self, min: usize, max: usize) -> Option<i64> {
        let count = self.rest.bytes().take(max).take_while(u8::is_ascii_digit).count();
        if count < min {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits.parse().ok()
    }

    /// Reads an optional fraction of a second, in nanoseconds.
    fn fraction(&mut self, is_strict: bool) -> u32 {
        let after_point = self.rest.strip_prefix('.');
        let after_point = after_point.or_else(|| self.rest.strip_prefix(',').filter(|_| !is_strict));
        let Some(after_point) =
            after_point.filter(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
        else {
            return 0;
        };
        let count = after_point.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = after_point.split_at(count);
        self.rest = rest;
        let nine_digits = format!("{digits:0<9.9}");
        nine_digits.parse().unwrap_or(0)
    }

    fn offset(&mut self, is_strict: bool) -> Option<i64> {
        if self.expect('Z').is_some() {
            return Some(0);
        }
        let is_negative = self.rest.starts_with('-');
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        let hours = self.digits(2, 2)?;
        self.expect(':')?;
        let minutes = self.digits(2, 2)?;
        let (max_hours, max_minutes) = if is_strict { (23, 59) } else { (24, 60) };
        if hours > max_hours || minutes > max_minutes {
            return None;
        }
        let seconds = hours * 3600 + minutes * 60;
        Some(if is_negative { -seconds } else { seconds })
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date. The computation starts years in March, so that the leap day is the last one.
fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date a number of days after 1970-01-01.
fn date_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_from_march + 2) / 5 + 1;
    let month = if months_from_march < 10 {
        months_from_march + 3
    } else {
        months_from_march - 9
    };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_convert_both_ways() {
        for days in (-800_000..3_000_000).step_by(97) {
            let (year, month, day) = date_from_days(days);
            assert!(day >= 1 && day <= days_in(year, month));
            assert_eq!(days_from_date(year, month, day), days);
        }
        assert_eq!(date_from_days(0), (1970, 1, 1));
    }

    #[test]
    fn formats_accept_different_texts() {
        for (text, strict, lenient, yaml) in [
            ("2020-02-29T01:02:03Z", true, true, true),
            ("2020-02-30T01:02:03Z", false, false, false),
            ("2020-02-29T1:02:03Z", false, true, true),
            ("2020-02-29T01:02:03,5+24:60", false, true, true),
            ("2020-2-9", false, false, true),
            ("2020-2-9 1:2:3.5", false, false, true),
            ("2020-2-9t1:2:3Z", false, false, true),
            ("2020-02-09T01:02:03", false, false, false),
        ] {
            assert_eq!(Timestamp::parse(text, Format::Strict).is_ok(), strict, "{text}");
            assert_eq!(Timestamp::parse(text, Format::Lenient).is_ok(), lenient, "{text}");
            assert_eq!(Timestamp::parse_yaml(text).is_some(), yaml, "{text}");
        }
    }
}
