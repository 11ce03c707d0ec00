//! Timestamps as Go's package `time` reads and writes them, with its leniencies.

use std::fmt;

/// A point in time, and the offset in seconds that it was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timestamp {
    /// Seconds since 1970.
    pub(super) seconds: i64,
    pub(super) nanoseconds: u32,
    pub(super) offset: i64,
}

/// A point in time by its offset's clock.
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

/// Which writings are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// RFC 3339 and nothing else.
    Strict,
    /// RFC 3339 as Go's `time.Parse` reads it.
    Lenient,
    /// YAML's: single digits, and this letter before the hour.
    Short(char),
    /// YAML's, a space before the hour and no offset.
    Spaced,
    /// Year, month and day.
    Date,
}

const DAY: i64 = 86_400;

impl Timestamp {
    /// Reads a timestamp; the error says which part is wrong.
    pub(super) fn parse(text: &str, form: Form) -> Result<Self, String> {
        Reader { rest: text }
            .timestamp(form)
            .map_err(|what| format!("not a valid RFC3339 timestamp: cannot use {text:?}: wrong {what}"))
    }

    /// Reads a timestamp as YAML may hold it.
    pub(super) fn parse_yaml(text: &str) -> Option<Self> {
        let year = text.bytes().take_while(u8::is_ascii_digit).count();
        if year != 4 || text.as_bytes().get(4) != Some(&b'-') {
            return None;
        }
        [Form::Short('T'), Form::Short('t'), Form::Spaced, Form::Date]
            .into_iter()
            .find_map(|form| Self::parse(text, form).ok())
    }

    /// The clock at the offset.
    pub(super) fn clock(self) -> Clock {
        let local = self.seconds + self.offset;
        let (days, rest) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = date_of(days);
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

    /// The point in time so many nanoseconds later.
    pub(super) fn after(self, nanoseconds: i64) -> Self {
        const SECOND: i64 = 1_000_000_000;
        let sum = i64::from(self.nanoseconds) + nanoseconds.rem_euclid(SECOND);
        Self {
            seconds: self.seconds + nanoseconds.div_euclid(SECOND) + sum / SECOND,
            nanoseconds: u32::try_from(sum % SECOND).unwrap_or(0),
            offset: self.offset,
        }
    }

    /// The offset as hours and minutes, with this between them.
    pub(super) fn offset_text(self, between: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }
}

/// RFC 3339 without fractions of a second.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.clock();
        let sign = if at.year < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}-{:02}-{:02}", at.year.abs(), at.month, at.day)?;
        write!(f, "T{:02}:{:02}:{:02}", at.hour, at.minute, at.second)?;
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
    fn timestamp(&mut self, form: Form) -> Result<Timestamp, &'static str> {
        let short = !matches!(form, Form::Strict | Form::Lenient);
        let least = if short { 1 } else { 2 };
        let year = self.digits(4, 4).ok_or("year")?;
        self.expect('-').ok_or("date")?;
        let month = self.digits(least, 2).ok_or("month")?;
        self.expect('-').ok_or("date")?;
        let day = self.digits(least, 2).ok_or("day of month")?;
        if !(1..=12).contains(&month) {
            return Err("month");
        }
        if day < 1 || day > days_in(year, month) {
            return Err("day of month");
        }
        let mut moment = Timestamp {
            seconds: days_before(year, month, day) * DAY,
            nanoseconds: 0,
            offset: 0,
        };
        if form != Form::Date {
            let letter = match form {
                Form::Short(letter) => letter,
                Form::Spaced => ' ',
                _ => 'T',
            };
            self.expect(letter).ok_or("time introducer")?;
            let least_hour = if form == Form::Strict { 2 } else { 1 };
            let hour = self
                .digits(least_hour, 2)
                .filter(|&hour| hour < 24)
                .ok_or("hour")?;
            self.expect(':').ok_or("time")?;
            let minute = self
                .digits(least, 2)
                .filter(|&minute| minute < 60)
                .ok_or("minute")?;
            self.expect(':').ok_or("time")?;
            let second = self
                .digits(least, 2)
                .filter(|&second| second < 60)
                .ok_or("second")?;
            moment.nanoseconds = self.fraction(form == Form::Strict);
            if form != Form::Spaced {
                moment.offset = self.offset(form == Form::Strict).ok_or("UTC offset")?;
            }
            moment.seconds += hour * 3600 + minute * 60 + second - moment.offset;
        }
        if self.rest.is_empty() {
            Ok(moment)
        } else {
            Err("end: there is extra text")
        }
    }

    fn expect(&mut self, letter: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(letter)?;
        Some(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits.parse().ok()
    }

    /// A fraction of a second in nanoseconds, where there is one.
    fn fraction(&mut self, strict: bool) -> u32 {
        let behind = self.rest.strip_prefix('.');
        let behind = behind.or_else(|| self.rest.strip_prefix(',').filter(|_| !strict));
        let Some(behind) = behind.filter(|behind| behind.starts_with(|digit: char| digit.is_ascii_digit()))
        else {
            return 0;
        };
        let count = behind.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = behind.split_at(count);
        self.rest = rest;
        let nine = format!("{digits:0<9.9}");
        nine.parse().unwrap_or(0)
    }

    fn offset(&mut self, strict: bool) -> Option<i64> {
        if self.expect('Z').is_some() {
            return Some(0);
        }
        let negative = self.rest.starts_with('-');
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        let hours = self.digits(2, 2)?;
        self.expect(':')?;
        let minutes = self.digits(2, 2)?;
        let (most_hours, most_minutes) = if strict { (23, 59) } else { (24, 60) };
        if hours > most_hours || minutes > most_minutes {
            return None;
        }
        let seconds = hours * 3600 + minutes * 60;
        Some(if negative { -seconds } else { seconds })
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

/// Days from 1970 to a date: years begin in March, so that the leap day is the last one.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date so many days after 1970.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for days in (-800_000..3_000_000).step_by(97) {
            let (year, month, day) = date_of(days);
            assert!(day >= 1 && day <= days_in(year, month));
            assert_eq!(days_before(year, month, day), days);
        }
        assert_eq!(date_of(0), (1970, 1, 1));
    }

    #[test]
    fn forms_differ_in_what_they_take() {
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
            assert_eq!(Timestamp::parse(text, Form::Strict).is_ok(), strict, "{text}");
            assert_eq!(Timestamp::parse(text, Form::Lenient).is_ok(), lenient, "{text}");
            assert_eq!(Timestamp::parse_yaml(text).is_some(), yaml, "{text}");
        }
    }
}
